//! What the operator sets, read once from the environment. A wrong value stops the start with one sentence.

use super::db::DbTarget;
use super::metrics::MetricsAccess;
use super::proxies::TrustedProxies;
use super::secrets::Keys;
use base64::Engine;
use rand::RngCore;
use std::path::{Path, PathBuf};

/// Everything the process was told from outside. The encryption key lives in [`Keys`] and is not printed.
#[derive(Clone, Debug)]
pub struct Config {
    /// Public address of the app, without a trailing slash: "https://mail.example.com".
    pub base_url: String,
    pub data_dir: PathBuf,
    pub database: DbTarget,
    /// How long a process may be silent before others take over what it had claimed, in seconds.
    pub lease_secs: i64,
    /// The wait after a first temporary refusal, in seconds; later waits are multiples of it.
    pub retry_base_secs: i64,
    /// The longest a mail server may take for any one answer, in seconds; `None`: what RFC 5321 §4.5.3.2 grants.
    pub smtp_timeout_secs: Option<u64>,
    /// Whose word about a visitor's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// Who may read `/metrics`.
    pub metrics: MetricsAccess,
}

/// One sentence: which variable, why, and what a right value looks like.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// Where variables come from; a closure in tests.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Config {
    /// Reads the environment; `site_addr` is where the server will listen and the default for `BASE_URL`.
    pub fn from_env(site_addr: std::net::SocketAddr) -> Result<(Config, Keys), ConfigError> {
        Config::from_lookup(&|name| std::env::var(name).ok(), site_addr)
    }

    pub fn from_lookup(
        get: Lookup<'_>,
        site_addr: std::net::SocketAddr,
    ) -> Result<(Config, Keys), ConfigError> {
        let set = |name: &str| {
            get(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let base_url = base_url(set("BASE_URL"), site_addr)?;
        let trusted_proxies = match set("TRUSTED_PROXIES") {
            Some(text) => text.parse().map_err(ConfigError)?,
            None => TrustedProxies::default(),
        };
        let data_dir = PathBuf::from(set("DATA_DIR").unwrap_or_else(|| "data".into()));
        let database = database(
            set("TURSO_DATABASE_URL"),
            set("TURSO_AUTH_TOKEN"),
            &data_dir,
        )?;
        let metrics =
            MetricsAccess::of(set("METRICS_TOKEN"), set("METRICS_OPEN")).map_err(ConfigError)?;
        let remote = matches!(database, DbTarget::Remote { .. });
        if !remote || set("ENCRYPTION_KEY").is_none() {
            create_dir(&data_dir)?;
        }
        let keys = encryption_key(set("ENCRYPTION_KEY"), remote, &data_dir)?;
        Ok((
            Config {
                base_url,
                data_dir,
                database,
                lease_secs: seconds("LEASE_SECS", set("LEASE_SECS"), 25, 5..=3_600)?,
                smtp_timeout_secs: match set("SMTP_TIMEOUT_SECS") {
                    None => None,
                    some => Some(seconds("SMTP_TIMEOUT_SECS", some, 0, 1..=600)?.unsigned_abs()),
                },
                retry_base_secs: seconds("RETRY_BASE_SECS", set("RETRY_BASE_SECS"), 60, 1..=3_600)?,
                trusted_proxies,
                metrics,
            },
            keys,
        ))
    }

    /// When a lease that is taken or renewed now runs out, in unix milliseconds.
    pub fn lease_end(&self, now: i64) -> i64 {
        now + self.lease_secs * 1_000
    }

    /// Cookies carry `Secure` and browsers are told to insist on TLS.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// The host and port of `BASE_URL`, as a browser sends them in `Host`.
    pub fn base_host(&self) -> &str {
        let rest = self
            .base_url
            .split_once("://")
            .map_or(self.base_url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }
}

fn seconds(
    name: &str,
    value: Option<String>,
    default: i64,
    range: std::ops::RangeInclusive<i64>,
) -> Result<i64, ConfigError> {
    let Some(value) = value else {
        return Ok(default);
    };
    value
        .parse()
        .ok()
        .filter(|seconds| range.contains(seconds))
        .ok_or_else(|| {
            ConfigError(format!(
                "{name} is \"{value}\"; it should be a number of seconds from {} to {}",
                range.start(),
                range.end()
            ))
        })
}

fn base_url(value: Option<String>, site_addr: std::net::SocketAddr) -> Result<String, ConfigError> {
    let Some(value) = value else {
        return Ok(format!("http://{site_addr}"));
    };
    let wrong = |why: &str| {
        ConfigError(format!(
            "BASE_URL is \"{value}\", {why}; it should be the public address of this app, like https://mail.example.com"
        ))
    };
    let url = reqwest::Url::parse(&value).map_err(|_| wrong("which is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("which is neither http nor https"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong("which has parts after the path or a user name"));
    }
    if url.path() != "/" {
        return Err(wrong(
            "which has a path: the app must stand at the root of its host",
        ));
    }
    Ok(value.trim_end_matches('/').to_owned())
}

fn database(
    url: Option<String>,
    token: Option<String>,
    data_dir: &Path,
) -> Result<DbTarget, ConfigError> {
    let Some(url) = url else {
        return Ok(DbTarget::File(data_dir.join("mailer.db")));
    };
    let known = "it should be file:PATH, libsql://HOST, https://HOST or http://HOST:PORT";
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(ConfigError(format!(
            "TURSO_DATABASE_URL is \"{url}\", which has no scheme; {known}"
        )));
    };
    match scheme {
        "file" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() || path.contains('?') {
                return Err(ConfigError(format!(
                    "TURSO_DATABASE_URL is \"{url}\", which names no file; {known}"
                )));
            }
            Ok(DbTarget::File(PathBuf::from(path)))
        }
        "libsql" | "https" | "http" => {
            let host = reqwest::Url::parse(&url.replacen("libsql://", "https://", 1))
                .ok()
                .and_then(|parsed| parsed.host_str().map(str::to_owned));
            if host.is_none() {
                return Err(ConfigError(format!(
                    "TURSO_DATABASE_URL is \"{url}\", which names no host; {known}"
                )));
            }
            if scheme == "libsql" && token.is_none() {
                return Err(ConfigError(
                    "TURSO_AUTH_TOKEN is missing; a libsql:// database needs one, made by: turso db tokens create NAME".into(),
                ));
            }
            Ok(DbTarget::Remote { url, token })
        }
        _ => Err(ConfigError(format!(
            "TURSO_DATABASE_URL is \"{url}\", whose scheme \"{scheme}\" is not known; {known}"
        ))),
    }
}

fn encryption_key(
    value: Option<String>,
    remote: bool,
    data_dir: &Path,
) -> Result<Keys, ConfigError> {
    const HOW: &str =
        "it should be 32 random bytes in base64 or hex, made by: openssl rand -base64 32";
    if let Some(text) = value {
        let bytes = decode_key(&text).ok_or_else(|| {
            ConfigError(format!(
                "ENCRYPTION_KEY is malformed: not 32 bytes in base64 or hex; {HOW}"
            ))
        })?;
        return Ok(Keys::new(&bytes));
    }
    if remote {
        return Err(ConfigError(format!(
            "ENCRYPTION_KEY is missing; with a shared database every instance needs the same one, and {HOW}"
        )));
    }
    let path = data_dir.join("encryption.key");
    match std::fs::read_to_string(&path) {
        Ok(text) => decode_key(text.trim())
            .map(|bytes| Keys::new(&bytes))
            .ok_or_else(|| {
                ConfigError(format!(
                    "The encryption key in {} is malformed; {HOW}",
                    path.display()
                ))
            }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0u8; 32];
            rand::rng().fill_bytes(&mut bytes);
            write_private(
                &path,
                &base64::engine::general_purpose::STANDARD.encode(bytes),
            )
            .map_err(|error| {
                ConfigError(format!(
                    "The encryption key cannot be written to {}: {error}",
                    path.display()
                ))
            })?;
            Ok(Keys::new(&bytes))
        }
        Err(error) => Err(ConfigError(format!(
            "The encryption key in {} cannot be read: {error}",
            path.display()
        ))),
    }
}

fn decode_key(text: &str) -> Option<[u8; 32]> {
    let bytes = if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        (0..64)
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok())
            .collect::<Option<Vec<_>>>()?
    } else {
        use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
        STANDARD
            .decode(text)
            .or_else(|_| STANDARD_NO_PAD.decode(text))
            .or_else(|_| URL_SAFE_NO_PAD.decode(text))
            .ok()?
    };
    bytes.try_into().ok()
}

fn create_dir(path: &Path) -> Result<(), ConfigError> {
    std::fs::create_dir_all(path).map_err(|error| {
        ConfigError(format!(
            "DATA_DIR is \"{}\", which cannot be created or opened: {error}",
            path.display()
        ))
    })
}

/// Readable by its owner alone, and never over an existing file.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<(Config, Keys), ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().to_string_lossy().into_owned();
        let get = |name: &str| {
            let given = pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned());
            given.or_else(|| (name == "DATA_DIR").then(|| data.clone()))
        };
        Config::from_lookup(&get, "127.0.0.1:3000".parse().unwrap())
    }

    #[test]
    fn nothing_set_means_a_file_under_the_data_directory() {
        let (config, _) = read(&[]).unwrap();
        assert_eq!(config.base_url, "http://127.0.0.1:3000");
        assert_eq!(config.metrics, MetricsAccess::Off);
        assert!(matches!(config.database, DbTarget::File(path) if path.ends_with("mailer.db")));
    }

    #[test]
    fn each_wrong_value_is_named_with_a_right_one() {
        let key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("BASE_URL", "mail.example.com")], "BASE_URL"),
            (&[("BASE_URL", "https://example.com/mailer")], "has a path"),
            (
                &[("TURSO_DATABASE_URL", "postgres://x")],
                "whose scheme \"postgres\"",
            ),
            (&[("TURSO_DATABASE_URL", "libsql://")], "names no host"),
            (
                &[
                    ("TURSO_DATABASE_URL", "libsql://x.turso.io"),
                    ("ENCRYPTION_KEY", key),
                ],
                "TURSO_AUTH_TOKEN is missing",
            ),
            (
                &[("TURSO_DATABASE_URL", "http://127.0.0.1:8080")],
                "ENCRYPTION_KEY is missing",
            ),
            (
                &[("ENCRYPTION_KEY", "short")],
                "ENCRYPTION_KEY is malformed",
            ),
            (
                &[("TRUSTED_PROXIES", "10.0.0.0/8, proxy")],
                "TRUSTED_PROXIES holds \"proxy\"",
            ),
            (&[("METRICS_OPEN", "yes")], "true or false"),
            (&[("METRICS_TOKEN", "short")], "shorter than 16"),
            (
                &[("METRICS_TOKEN", key), ("METRICS_OPEN", "true")],
                "both set",
            ),
        ];
        for (pairs, part) in cases {
            let message = read(pairs).err().unwrap().to_string();
            assert!(message.contains(part), "{pairs:?} gave: {message}");
            assert!(!message.contains('\n'));
        }
    }

    #[test]
    fn a_key_in_hex_and_in_base64_is_the_same_key() {
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let bytes = decode_key(hex).unwrap();
        assert_eq!(
            decode_key("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap(),
            bytes
        );
        assert!(decode_key("AAECAwQ=").is_none());
    }
}
