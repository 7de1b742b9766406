//! The embedded file: one writer thread that commits queued writes in groups, and reader threads. Calls only queue work
//! and wait; no driver call ever runs on an async worker.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};

use tokio::sync::oneshot;

use super::{
    Counters, DbError, Outcome, Patience, Work,
    connection::{Connection, Role},
    worker::Worker,
};

const READERS: usize = 4;

pub(super) type Answer = Result<Vec<Outcome>, DbError>;

/// Work waiting for a thread, and where its answer goes.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Answer>,
}

struct Queues {
    writer: Sender<Job>,
    reader: Sender<Job>,
}

pub(super) struct Embedded {
    path: PathBuf,
    patience: Patience,
    /// `None` once closed; dropping the senders ends the threads after the last queued job.
    queues: RwLock<Option<Queues>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Embedded {
    pub(super) async fn open(
        path: PathBuf,
        patience: Patience,
        counters: Arc<Counters>,
    ) -> Result<Self, DbError> {
        blocking(move || Self::start(path, patience, &counters)).await
    }

    fn start(path: PathBuf, patience: Patience, counters: &Arc<Counters>) -> Result<Self, DbError> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(|error| {
                DbError::Unavailable(format!("{} cannot be made: {error}", folder.display()))
            })?;
        }
        let mut threads = Vec::new();
        let mut spawn = |name: &str, role: Role, body: Box<dyn FnOnce(Worker) + Send>| {
            let worker = Worker::open(path.clone(), role, patience, counters.clone())?;
            let thread = std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || body(worker));
            threads.push(thread.map_err(|error| {
                DbError::Unavailable(format!("no thread for the database: {error}"))
            })?);
            Ok::<_, DbError>(())
        };
        let (writer, writes) = channel();
        // The writer comes first: it makes the file and switches it to WAL.
        spawn(
            "db-writer",
            Role::Writer,
            Box::new(move |mut worker| worker.serve_writes(&writes)),
        )?;
        let (reader, reads) = channel();
        let reads = Arc::new(Mutex::new(reads));
        for _ in 0..READERS {
            let reads = reads.clone();
            spawn(
                "db-reader",
                Role::Reader,
                Box::new(move |mut worker| serve_reads(&mut worker, &reads)),
            )?;
        }
        let queues = RwLock::new(Some(Queues { writer, reader }));
        Ok(Self {
            path,
            patience,
            queues,
            threads: Mutex::new(threads),
        })
    }

    pub(super) async fn run(&self, work: Work) -> Answer {
        let (answer, receiver) = oneshot::channel();
        {
            let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
            let Some(queues) = queues.as_ref() else {
                return Err(closed());
            };
            let queue = if work.is_read {
                &queues.reader
            } else {
                &queues.writer
            };
            queue.send(Job { work, answer }).map_err(|_| closed())?;
        }
        receiver
            .await
            .unwrap_or_else(|_| Err(DbError::Lost("the database thread stopped".into())))
    }

    /// `VACUUM INTO` a file beside the target, checked and flushed before it takes the target's name.
    pub(super) async fn backup_to(&self, target: PathBuf) -> Result<(), DbError> {
        let (source, patience) = (self.path.clone(), self.patience);
        blocking(move || {
            let mut partial = target.clone().into_os_string();
            partial.push(".partial");
            let partial = PathBuf::from(partial);
            let result = copy(&source, &partial, &target, patience);
            if result.is_err() {
                // Nothing to report if it was never made.
                let _ = std::fs::remove_file(&partial);
            }
            result
        })
        .await
    }

    pub(super) async fn close(&self) {
        drop(
            self.queues
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let threads = std::mem::take(&mut *lock(&self.threads));
        let joined = blocking(move || {
            for thread in threads {
                thread
                    .join()
                    .map_err(|_| DbError::Driver("a database thread panicked".into()))?;
            }
            Ok(())
        });
        if let Err(error) = joined.await {
            tracing::error!(%error, "the database did not close cleanly");
        }
    }
}

/// Readers share one queue: whoever is free waits at its head.
fn serve_reads(worker: &mut Worker, reads: &Mutex<Receiver<Job>>) {
    loop {
        let job = lock(reads).recv();
        match job {
            // Nobody waits for a cancelled read any more.
            Ok(job) if job.answer.is_closed() => {}
            Ok(job) => worker.run_alone(job),
            Err(_) => return,
        }
    }
}

fn copy(source: &Path, partial: &Path, target: &Path, patience: Patience) -> Result<(), DbError> {
    let failed =
        |error: std::io::Error| DbError::Driver(format!("the copy {}: {error}", target.display()));
    if target.try_exists().map_err(failed)? {
        return Err(DbError::Driver(format!(
            "{} exists already",
            target.display()
        )));
    }
    let name = partial
        .to_str()
        .ok_or_else(|| DbError::Driver("the copy's name is not UTF-8".into()))?;
    // A copy that was cut off earlier would make VACUUM INTO refuse.
    if partial.try_exists().map_err(failed)? {
        std::fs::remove_file(partial).map_err(failed)?;
    }
    Connection::open(source, Role::Copier, patience)?
        .run(&super::sql("VACUUM INTO ?1").bind(name))?;
    let report = Connection::open(partial, Role::Copier, patience)?
        .run(&super::sql("PRAGMA integrity_check"))?;
    let verdict = report
        .rows
        .first()
        .map(|row| row.at::<String>(0))
        .transpose()?;
    if verdict.as_deref() != Some("ok") {
        return Err(DbError::Driver(format!("the copy is damaged: {verdict:?}")));
    }
    std::fs::File::open(partial)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    std::fs::rename(partial, target).map_err(failed)
}

async fn blocking<T: Send + 'static>(
    body: impl FnOnce() -> Result<T, DbError> + Send + 'static,
) -> Result<T, DbError> {
    tokio::task::spawn_blocking(body)
        .await
        .unwrap_or_else(|_| Err(DbError::Driver("a database task panicked".into())))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> DbError {
    DbError::Unavailable("the database is closed".into())
}
