//! Where the browser's program lies: beside the binary stands which names the build gave to its files.

use leptos::config::LeptosOptions;
use std::sync::OnceLock;

/// Addresses of the script that starts the program and of the program, as this build named them.
pub fn addresses(options: &LeptosOptions) -> &'static [String; 2] {
    static ADDRESSES: OnceLock<[String; 2]> = OnceLock::new();
    ADDRESSES.get_or_init(|| {
        let hashes = read_hashes(options).unwrap_or_default();
        ["js", "wasm"].map(|kind| {
            let line = hashes
                .lines()
                .find_map(|line| line.strip_prefix(kind)?.strip_prefix(':'));
            let hash = line
                .map(|hash| format!(".{}", hash.trim()))
                .unwrap_or_default();
            format!(
                "/{}/{}{hash}.{kind}",
                options.site_pkg_dir, options.output_name
            )
        })
    })
}

/// Lines like `js: NTo9mH3J5zqQ50FtsUNt7A`; none in builds whose names hold no hashes.
fn read_hashes(options: &LeptosOptions) -> Option<String> {
    if !options.hash_files {
        return None;
    }
    let binary = std::env::current_exe().ok()?;
    std::fs::read_to_string(binary.parent()?.join(options.hash_file.as_ref())).ok()
}
