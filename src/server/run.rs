//! The process: open the database, migrate, start services, listen, and stop in the right order.

use super::clock::Clock;
use super::config::Config;
use super::db::Db;
use super::routes::router;
use super::secrets::{Keys, random_token};
use super::services::Supervisor;
use super::state::{AppState, Wake};
use crate::delivery::{housekeeping, worker};
use crate::features::{accounts, auth, campaigns, drafts, templates, tracking};
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Opens and migrates the database and puts the state together. The first thing that fails says so in one sentence.
pub async fn open(
    config: Config,
    keys: Keys,
    leptos: LeptosOptions,
    clock: Clock,
) -> Result<AppState, String> {
    super::metrics::install(&config.metrics);
    let db = Db::open(&config.database)
        .await
        .map_err(|error| format!("The database cannot be opened: {error}"))?;
    db.migrate()
        .await
        .map_err(|error| format!("The database cannot be brought up to date: {error}"))?;
    let app = AppState {
        db,
        config: Arc::new(config),
        keys: Arc::new(keys),
        clock,
        wake: Wake::default(),
        instance: random_token()[..12].into(),
        ticks: super::services::Ticks::default(),
        connections: crate::delivery::connections::Connections::default(),
        events: tracking::buffer::EventBuffer::default(),
        gauges: super::metrics::Gauges::default(),
        pulse: super::ready::Pulse::default(),
        stop: CancellationToken::new(),
        leptos,
    };
    check_key(&app).await?;
    Ok(app)
}

/// Refuses to start with a key that cannot open what this database holds.
async fn check_key(app: &AppState) -> Result<(), String> {
    let known = crate::features::settings::repo::find(&app.db, "encryption_key_id")
        .await
        .map_err(|error| format!("The settings cannot be read: {error}"))?;
    match known {
        Some(id) if id == app.keys.id() => Ok(()),
        Some(_) => Err(
            "ENCRYPTION_KEY is not the key this database was set up with; start with that key, \
             because stored passwords of sender accounts cannot be read with another."
                .into(),
        ),
        None => {
            let write = crate::features::settings::repo::insert_once(
                "encryption_key_id",
                app.keys.id(),
                app.now(),
            );
            app.db
                .exec(write)
                .await
                .map_err(|error| format!("The settings cannot be written: {error}"))?;
            Ok(())
        }
    }
}

/// Runs until SIGTERM or Ctrl-C, then finishes what is under way.
pub async fn serve(app: AppState) -> Result<(), String> {
    let stop = app.stop.clone();
    let address = app.leptos.site_addr;
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| {
            format!("LEPTOS_SITE_ADDR is {address}, which cannot be listened on: {error}")
        })?;
    accounts::service::create_sandbox(&app)
        .await
        .map_err(|error| error.to_string())?;
    templates::service::create_starters(&app)
        .await
        .map_err(|error| error.to_string())?;
    let supervisor = Supervisor::new(app.clone(), stop.clone());
    start_services(&supervisor, &app, &stop);
    match auth::service::create_setup_link(&app)
        .await
        .map_err(|error| error.to_string())?
    {
        Some(link) => announce(&format!(
            "Open this link once to create the owner (valid for a day): {link}"
        )),
        None => announce(&format!("Mailer is running at {}", app.config.base_url)),
    }
    let signal = {
        let stop = stop.clone();
        async move {
            wait_for_signal().await;
            tracing::info!("stopping: finishing what is under way");
            stop.cancel();
        }
    };
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Without it streamed pages wait 40 ms for a delayed acknowledgement.
        let _ = stream.set_nodelay(true);
    });
    let served = {
        let server = axum::serve(listener, service).with_graceful_shutdown(signal);
        // Event streams end with the token; whoever still hangs on after this long is cut off.
        tokio::select! {
            result = server => result.map_err(|error| format!("The server failed: {error}")),
            () = async { stop.cancelled().await; tokio::time::sleep(Duration::from_secs(20)).await } => Ok(()),
        }
    };
    stop.cancel();
    supervisor.stopped().await;
    if let Err(error) = tracking::service::flush(&app).await {
        tracing::warn!(%error, "the last opens and clicks were not written");
    }
    app.connections.close_idle(true).await;
    housekeeping::sign_off(&app).await;
    app.db.close().await;
    served
}

fn start_services(supervisor: &Supervisor, app: &AppState, stop: &CancellationToken) {
    supervisor.run(housekeeping::Heartbeat);
    supervisor.run(super::metrics::Upkeep);
    supervisor.run(tracking::worker::Recorder);
    supervisor.run(tracking::worker::Retention);
    supervisor.run(housekeeping::Rescuer {
        grace: Duration::from_secs(app.config.lease_secs.unsigned_abs()),
    });
    supervisor.run(housekeeping::Expander);
    supervisor.run(housekeeping::Sweeper);
    supervisor.spawn(worker::deliver(app.clone(), stop.clone()));
    supervisor.run(campaigns::worker::CampaignRemover);
    supervisor.run(drafts::worker::ListCleaner);
}

/// For the operator's eyes, whatever the log level is.
#[expect(
    clippy::print_stdout,
    reason = "the first thing an operator must see, also with RUST_LOG=off"
)]
fn announce(line: &str) {
    println!("{line}");
}

async fn wait_for_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
