//! The command line: `mailer` serves; the other commands do one thing and end.

use clap::{Parser, Subcommand};
use mailer::server::clock::Clock;
use mailer::server::config::Config;
use mailer::server::{run, telemetry};
use std::process::ExitCode;

/// A self-hosted email campaign platform that accounts for every recipient.
///
/// Settings come from the environment: BASE_URL, DATA_DIR, TURSO_DATABASE_URL, TURSO_AUTH_TOKEN, ENCRYPTION_KEY,
/// LEPTOS_SITE_ADDR, LEPTOS_SITE_ROOT, RUST_LOG, LOG_FORMAT, TRUSTED_PROXIES, METRICS_TOKEN, METRICS_OPEN, LEASE_SECS,
/// RETRY_BASE_SECS, SMTP_TIMEOUT_SECS. The README explains each.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the web app and the background services (the default).
    Serve,
    /// Bring the database's schema up to date, then end.
    Migrate,
    /// Copy an embedded database, while it is in use, to a new file and verify the copy.
    Backup {
        /// Where the copy goes; must not exist yet.
        path: std::path::PathBuf,
    },
    /// Ask a running server whether it is ready; ends with 0 if so. For container health checks.
    Healthcheck,
}

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::init();
    match start(Arguments::parse().command.unwrap_or(Command::Serve)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            #[expect(
                clippy::print_stderr,
                reason = "why the process ends is said where the operator looks"
            )]
            {
                eprintln!("{sentence}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn start(command: Command) -> Result<(), String> {
    let leptos = leptos::config::get_configuration(None)
        .map_err(|error| format!("A LEPTOS_… setting is malformed: {error}"))?
        .leptos_options;
    if matches!(command, Command::Healthcheck) {
        return healthcheck(leptos.site_addr).await;
    }
    let (config, keys) = Config::from_env(leptos.site_addr).map_err(|error| error.to_string())?;
    let app = run::open(config, keys, leptos, Clock::system()).await?;
    match command {
        Command::Serve => run::serve(app).await,
        Command::Migrate | Command::Healthcheck => Ok(()),
        Command::Backup { path } => app
            .db
            .backup_to(&path)
            .await
            .map_err(|error| format!("The backup failed: {error}")),
    }
}

async fn healthcheck(mut address: std::net::SocketAddr) -> Result<(), String> {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let failed = |error: reqwest::Error| format!("Not ready: {error}");
    let request = reqwest::Client::new()
        .get(format!("http://{address}/readyz"))
        .timeout(std::time::Duration::from_secs(4));
    request
        .send()
        .await
        .map_err(failed)?
        .error_for_status()
        .map_err(failed)?;
    Ok(())
}
