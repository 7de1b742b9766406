//! The dispatcher: finds lanes with due mail and puts accounts to work on them, in priority order.

use super::breaker::{Admission, BreakerRules};
use super::queue::{self, Lane};
use super::retry::RetryRules;
use super::runner::{Assignment, End, Run, run};
use super::timezone;
use super::transport::{Transport, breaker};
use crate::error::AppError;
use crate::features::accounts::model::Turns;
use crate::features::accounts::repo as accounts;
use crate::features::accounts::repo::DeliveryAccount;
use crate::features::settings::model::Workspace;
use crate::features::settings::repo as settings;
use crate::ids::AccountId;
use crate::server::AppState;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The pace when nobody rings: another instance may have queued something, or a retry came due.
const POLL: Duration = Duration::from_millis(500);
const CLOSE_IDLE_EVERY: Duration = Duration::from_secs(15);

/// Runs until stopped; then waits for the accounts at work to finish what is on the wire and give the rest back.
pub async fn deliver(app: AppState, stop: CancellationToken) {
    let mut dispatcher = Dispatcher::new(app.clone(), stop.clone());
    let mut closing = tokio::time::interval(CLOSE_IDLE_EVERY);
    while !stop.is_cancelled() {
        // Listening before looking: a bell in between is not missed.
        let bell = app.wake.delivery.notified();
        if let Err(error) = dispatcher.start_runs().await {
            tracing::warn!(%error, "delivery could not look for work");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = bell => {}
            () = tokio::time::sleep(POLL) => {}
            _ = closing.tick() => app.connections.close_idle(false).await,
            true = dispatcher.one_ended() => {}
        }
    }
    dispatcher.finish().await;
}

/// Delivers everything that is due now and can go, then returns: what one pass of the background service amounts to. For tests
/// and the command line.
pub async fn deliver_due(app: &AppState) -> Result<(), AppError> {
    let mut dispatcher = Dispatcher::new(app.clone(), CancellationToken::new());
    loop {
        let started = dispatcher.start_runs().await?;
        if !dispatcher.one_ended().await && !started {
            return Ok(());
        }
    }
}

struct Dispatcher {
    app: AppState,
    stop: CancellationToken,
    runs: JoinSet<(AccountId, Result<End, AppError>)>,
    /// Accounts at work, and how each is told of lanes that came up since.
    at_work: HashMap<AccountId, watch::Sender<Assignment>>,
    /// Accounts that cannot take more before this time: their cap or rate is used up, or they cannot be used.
    resting: HashMap<AccountId, i64>,
}

impl Dispatcher {
    fn new(app: AppState, stop: CancellationToken) -> Self {
        Dispatcher {
            app,
            stop,
            runs: JoinSet::new(),
            at_work: HashMap::new(),
            resting: HashMap::new(),
        }
    }

    /// Starts a run for each account that has something to do, and tells those at work what else there is: a test mail, or a
    /// second campaign, must not wait for the end of a large one. Whether any was started.
    async fn start_runs(&mut self) -> Result<bool, AppError> {
        let now = self.app.now();
        let outcomes = self
            .app
            .db
            .batch(vec![
                queue::lanes(now),
                settings::select_workspace(),
                accounts::select_for_delivery(),
            ])
            .await?;
        let [lanes, workspace, all] = outcomes.as_slice() else {
            return Ok(false);
        };
        let lanes: Vec<Lane> = lanes
            .rows
            .iter()
            .map(queue::read_lane)
            .collect::<Result<_, _>>()?;
        if lanes.is_empty() {
            return Ok(false);
        }
        self.resting.retain(|_, until| *until > now);
        let (workspace, all) = (
            settings::workspace(workspace)?,
            accounts::for_delivery(all)?,
        );
        let on = all.iter().filter(|account| account.enabled);
        let turns = Turns::among(on.map(|account| account.kind));
        let mut are_free_lanes_taken = false;
        let mut started = false;
        for account in all {
            let may_take_free = !(are_free_lanes_taken || turns.passes_over(account.kind));
            let mine = Assignment::of(&lanes, account.id, may_take_free);
            if let Some(feed) = self.at_work.get(&account.id) {
                let can_work = account.enabled
                    && !matches!(breaker(&account).admit(now), Admission::Wait { .. });
                are_free_lanes_taken |=
                    can_work && mine.lanes.iter().any(|lane| lane.pinned.is_none());
                feed.send_if_modified(|known| {
                    // Told again each time: a lane that gave nothing a moment ago may have something now.
                    *known = mine;
                    !known.lanes.is_empty()
                });
                continue;
            }
            let can_send = account.enabled && !self.resting.contains_key(&account.id);
            if !can_send
                || mine.lanes.is_empty()
                || matches!(breaker(&account).admit(now), Admission::Wait { .. })
            {
                continue;
            }
            are_free_lanes_taken |= mine.lanes.iter().any(|lane| lane.pinned.is_none());
            self.start(account, mine, &workspace);
            started = true;
        }
        Ok(started)
    }

    fn start(&mut self, account: DeliveryAccount, assignment: Assignment, workspace: &Workspace) {
        let id = account.id;
        let transport = match Transport::of(&self.app, &account) {
            Ok(transport) => transport,
            Err(error) => {
                tracing::error!(account = %id, %error, "account cannot be used");
                self.resting.insert(id, self.app.now() + 60_000);
                return;
            }
        };
        let rules = BreakerRules {
            threshold: workspace.breaker_failures,
            open_ms: workspace.breaker_secs * 1_000,
            ..BreakerRules::default()
        };
        let now = self.app.now();
        let (feed, feeding) = watch::channel(assignment.clone());
        let one = Run {
            app: self.app.clone(),
            account,
            transport,
            assignment,
            feed: feeding,
            day: timezone::day(&workspace.time_zone, now),
            day_ends_at: timezone::day_end(&workspace.time_zone, now),
            rules,
            retry: RetryRules {
                max_attempts: workspace.max_attempts,
                first_wait_ms: self.app.config.retry_base_secs * 1_000,
            },
            stop: self.stop.clone(),
        };
        self.at_work.insert(id, feed);
        self.runs
            .spawn(async move { (id, Box::pin(run(one)).await) });
    }

    /// Waits for a run to end; false at once when none is under way.
    async fn one_ended(&mut self) -> bool {
        match self.runs.join_next().await {
            None => false,
            Some(Ok((account, end))) => {
                self.ended(account, end);
                true
            }
            Some(Err(error)) => {
                // The panic's messages come back when their lease runs out.
                tracing::error!(%error, "a delivery run ended abnormally");
                self.at_work.clear();
                true
            }
        }
    }

    fn ended(&mut self, account: AccountId, end: Result<End, AppError>) {
        self.at_work.remove(&account);
        let now = self.app.now();
        match end {
            Ok(End::NoRoom { until }) => {
                self.resting.insert(account, until);
            }
            Ok(End::Drained | End::Broken | End::Stopped) => {}
            Err(error) => {
                tracing::warn!(%account, %error, "a delivery run failed");
                self.resting.insert(account, now + 5_000);
            }
        }
    }

    async fn finish(&mut self) {
        while self.one_ended().await {}
    }
}
