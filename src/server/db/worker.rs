//! The body of a database thread: runs jobs on its own connection, groups writes, survives panics. It hands every job
//! exactly one answer, and only after COMMIT.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, atomic::Ordering, mpsc::Receiver},
    time::{Duration, Instant},
};

use super::{
    Counters, DbError, Patience, Work,
    connection::{Connection, Role},
    embedded::{Answer, Job},
    retry::Backoff,
};

/// A group takes what is queued, up to this many jobs or this long: whoever came first waits for the last.
const GROUP_JOBS: usize = 256;
const GROUP_TIME: Duration = Duration::from_millis(8);

pub(super) struct Worker {
    path: PathBuf,
    role: Role,
    patience: Patience,
    counters: Arc<Counters>,
    /// `None` after a panic, until the next job opens a new one.
    connection: Option<Connection>,
}

/// What became of a group.
enum Fate {
    Committed,
    /// No transaction could be started.
    Refused(DbError),
    /// The transaction is gone and nothing of it was applied: each job must be run by itself.
    Lost,
}

impl Worker {
    pub(super) fn open(
        path: PathBuf,
        role: Role,
        patience: Patience,
        counters: Arc<Counters>,
    ) -> Result<Self, DbError> {
        let connection = Some(Connection::open(&path, role, patience)?);
        Ok(Self {
            path,
            role,
            patience,
            counters,
            connection,
        })
    }

    /// The writer's loop; ends when the queue is closed and empty.
    pub(super) fn serve_writes(&mut self, queue: &Receiver<Job>) {
        let mut left_over = None;
        while let Some(first) = left_over.take().or_else(|| queue.recv().ok()) {
            if first.work.is_alone {
                self.run_alone(first);
                continue;
            }
            match queue.try_recv() {
                Ok(second) if second.work.is_alone => {
                    self.run_alone(first);
                    left_over = Some(second);
                }
                Ok(second) => left_over = self.run_group(vec![first, second], queue),
                Err(_) => self.run_alone(first),
            }
        }
        // Leaves one tidy file behind; another process may still use it, then SQLite does this later.
        let tidied = self.connection().and_then(|connection| {
            connection.control("PRAGMA optimize")?;
            connection.control("PRAGMA wal_checkpoint(TRUNCATE)")
        });
        if let Err(error) = tidied {
            tracing::debug!(%error, "the write-ahead log stays for the next start");
        }
    }

    /// Runs one job in its own transaction, again and again while the database is busy.
    pub(super) fn run_alone(&mut self, job: Job) {
        let mut backoff = Backoff::lasting(self.patience.retry);
        let answer = loop {
            let result = self.guarded(|connection| alone(connection, &job.work));
            self.discard_if_open();
            if matches!(result, Err(DbError::Busy))
                && let Some(pause) = backoff.pause()
            {
                self.counters.retries.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(pause);
                continue;
            }
            break result;
        };
        // The caller may have gone away meanwhile.
        let _ = job.answer.send(answer);
    }

    /// Runs the jobs, and those that arrive meanwhile, in one transaction; each in a savepoint, so that one that fails
    /// leaves no trace and spoils no other. Returns a job that must not be grouped.
    fn run_group(&mut self, jobs: Vec<Job>, queue: &Receiver<Job>) -> Option<Job> {
        let mut members: Vec<(Job, Option<Answer>)> =
            jobs.into_iter().map(|job| (job, None)).collect();
        let mut left_over = None;
        let start = Instant::now();
        let mut backoff = Backoff::lasting(self.patience.retry);
        let fate = loop {
            match self.guarded(|connection| connection.control("BEGIN IMMEDIATE")) {
                Ok(()) => {}
                Err(DbError::Busy) if let_pause(&mut backoff, &self.counters) => continue,
                Err(error) => break Fate::Refused(error),
            }
            break self
                .guarded(|connection| {
                    let mut next = 0;
                    while let Some((job, answer)) = members.get_mut(next) {
                        match member(connection, &job.work) {
                            Some(result) => *answer = Some(result),
                            None => return Ok(Fate::Lost),
                        }
                        next += 1;
                        let has_room = members.len() < GROUP_JOBS && left_over.is_none();
                        if next == members.len() && has_room && start.elapsed() < GROUP_TIME {
                            match queue.try_recv() {
                                Ok(job) if job.work.is_alone => left_over = Some(job),
                                Ok(job) => members.push((job, None)),
                                Err(_) => {}
                            }
                        }
                    }
                    // A foreign key checked only now can refuse the whole group because of one member.
                    Ok(if connection.control("COMMIT").is_ok() {
                        Fate::Committed
                    } else {
                        Fate::Lost
                    })
                })
                .unwrap_or(Fate::Lost);
        };
        match fate {
            Fate::Committed => {
                for (job, answer) in members {
                    let unanswered =
                        || Err(DbError::Driver("a grouped write was passed over".into()));
                    let _ = job.answer.send(answer.unwrap_or_else(unanswered));
                }
            }
            Fate::Refused(error) => {
                for (job, _) in members {
                    let _ = job.answer.send(Err(error.clone()));
                }
            }
            Fate::Lost => {
                let _ = self.guarded(roll_back);
                self.discard_if_open();
                for (job, _) in members {
                    self.run_alone(job);
                }
            }
        }
        left_over
    }

    fn connection(&mut self) -> Result<&mut Connection, DbError> {
        if self.connection.is_none() {
            self.connection = Some(Connection::open(&self.path, self.role, self.patience)?);
        }
        self.connection
            .as_mut()
            .ok_or_else(|| DbError::Driver("no connection".into()))
    }

    /// A transaction that could not be ended must not take in the next job.
    fn discard_if_open(&mut self) {
        if self
            .connection
            .as_ref()
            .is_some_and(|connection| !connection.is_autocommit())
        {
            self.connection = None;
        }
    }

    /// Runs `body`; a panic (the driver has some) becomes an error, and the connection, in a state nobody knows, is
    /// dropped: SQLite then rolls back whatever was open.
    fn guarded<T>(
        &mut self,
        body: impl FnOnce(&mut Connection) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let connection = self.connection()?;
        catch_unwind(AssertUnwindSafe(|| body(connection))).unwrap_or_else(|_| {
            self.connection = None;
            Err(DbError::Driver(
                "the database driver panicked; nothing was applied".into(),
            ))
        })
    }
}

/// Sleeps before another attempt; false once the patience is used up.
fn let_pause(backoff: &mut Backoff, counters: &Counters) -> bool {
    let pause = backoff.pause();
    if let Some(pause) = pause {
        counters.retries.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(pause);
    }
    pause.is_some()
}

fn alone(connection: &mut Connection, work: &Work) -> Answer {
    if work.is_alone || (work.is_read && !work.is_batch) {
        return work.stmts.iter().map(|stmt| connection.run(stmt)).collect();
    }
    // Single writes too: by itself, SQLite commits a statement whose rows could not all be read.
    connection.control(if work.is_read {
        "BEGIN"
    } else {
        "BEGIN IMMEDIATE"
    })?;
    let result = statements(connection, work)
        .and_then(|outcomes| connection.control("COMMIT").map(|()| outcomes));
    if result.is_err() {
        // If this fails too, the connection is discarded.
        let _ = roll_back(connection);
    }
    result
}

/// Runs one job inside the group's transaction; `None` if that transaction is gone or in doubt.
fn member(connection: &mut Connection, work: &Work) -> Option<Answer> {
    connection.control("SAVEPOINT job").ok()?;
    let result = statements(connection, work);
    if connection.is_autocommit() {
        return None;
    }
    match &result {
        Ok(_) => {}
        // Busy inside a write transaction is worth another try, alone.
        Err(DbError::Busy) => return None,
        Err(_) => connection.control("ROLLBACK TO job").ok()?,
    }
    connection.control("RELEASE job").ok()?;
    Some(result)
}

fn statements(connection: &mut Connection, work: &Work) -> Answer {
    let mut outcomes = Vec::with_capacity(work.stmts.len());
    for stmt in &work.stmts {
        let outcome = connection.run(stmt)?;
        stmt.check_affected(outcome.affected)?;
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn roll_back(connection: &mut Connection) -> Result<(), DbError> {
    if connection.is_autocommit() {
        return Ok(());
    }
    connection.control("ROLLBACK")
}
