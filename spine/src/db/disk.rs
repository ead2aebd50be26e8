//! Brings what is committed to disk, beside the writer.
//!
//! SQLite commits into its log without waiting for the disk (`synchronous = NORMAL`, which keeps
//! the database whole whenever the power goes). A thread of its own then syncs the log: meanwhile
//! the writer goes on, and one sync serves all that was committed before it began.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

use tokio::sync::watch;

use crate::Fault;

/// What the disk has, as the thread tells it.
#[derive(Clone, Default)]
struct Reached {
    /// Number of the last commit on disk.
    commit: u64,
    /// Why nothing more gets there. The kernel tells once that a write failed and then forgets the
    /// pages, so a later sync that succeeds says nothing: this stays until the process starts anew.
    failed: Option<Arc<Fault>>,
}

/// The thread that syncs; it ends when this is dropped.
pub(super) struct Disk {
    commits: mpsc::Sender<u64>,
    pub(super) state: DiskState,
}

/// How the disk is.
#[derive(Clone)]
pub(super) struct DiskState(watch::Receiver<Reached>);

impl DiskState {
    /// Why nothing more is stored, once the disk has failed.
    pub(super) fn failed(&self) -> Option<Arc<Fault>> {
        self.0.borrow().failed.clone()
    }

    /// Waits until more is on disk; `false` when nothing more will be.
    pub(super) async fn grows(&mut self) -> bool {
        self.0.changed().await.is_ok() && self.failed().is_none()
    }
}

impl Disk {
    /// Starts the thread for the log of the database at `path`; see [`Disk`].
    pub(super) fn of(path: &Path) -> io::Result<Disk> {
        // SQLite names the log after the file that links lead to.
        let mut name = path.canonicalize()?.into_os_string();
        name.push("-wal");
        let (path, mut log) = (PathBuf::from(name), None);
        Disk::start(move || {
            let log = match &mut log {
                // The log is there as long as the writer is: opened once, it stays the same file.
                None => log.insert(File::open(&path)?),
                Some(log) => log,
            };
            log.sync_data()
        })
    }

    pub(super) fn start(
        mut sync: impl FnMut() -> io::Result<()> + Send + 'static,
    ) -> io::Result<Disk> {
        let (commits, asked) = mpsc::channel::<u64>();
        let (telling, reached) = watch::channel(Reached::default());
        std::thread::Builder::new().name("operate-disk".to_owned()).spawn(move || {
            while let Ok(first) = asked.recv() {
                let commit = asked.try_iter().last().unwrap_or(first);
                let failed = sync().err().map(|error| {
                    let fault = Fault::Database(sqlx::Error::Io(error));
                    tracing::error!(error = %fault.chain(), "the disk failed; nothing is stored");
                    Arc::new(fault)
                });
                let stop = failed.is_some();
                telling.send_modify(|reached| match failed {
                    None => reached.commit = commit,
                    Some(fault) => reached.failed = Some(fault),
                });
                if stop {
                    return;
                }
            }
        })?;
        Ok(Disk { commits, state: DiskState(reached) })
    }

    /// Asks for a sync of what is committed, the last of it under this number, which only grows.
    pub(super) fn sync(&self, commit: u64) -> OnDisk {
        // A thread that has ended says why in `reached`.
        let _ = self.commits.send(commit);
        OnDisk(Some((commit, self.state.0.clone())))
    }
}

/// Tells when a commit is on disk.
#[derive(Clone)]
#[must_use = "what is not on disk may be gone after a power cut"]
pub struct OnDisk(Option<(u64, watch::Receiver<Reached>)>);

impl OnDisk {
    /// Already there.
    pub(super) fn already() -> OnDisk {
        OnDisk(None)
    }

    /// Waits until it is.
    ///
    /// # Errors
    /// When the disk failed: whether it is stored is then unknown, and nothing more will be.
    pub async fn wait(self) -> Result<(), Fault> {
        let Some((commit, mut reached)) = self.0 else { return Ok(()) };
        let there = reached.wait_for(|now| now.commit >= commit || now.failed.is_some()).await;
        let Ok(now) = there else { return Err(Fault::Stopping) };
        match &now.failed {
            Some(fault) if now.commit < commit => Err(Fault::Commit(fault.clone())),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that syncs whenever the test lets it, and then answers as it says.
    fn disk() -> (Disk, mpsc::Sender<io::Result<()>>, mpsc::Receiver<()>) {
        let (begins, begun) = mpsc::channel();
        let (answers, told) = mpsc::channel::<io::Result<()>>();
        let disk = Disk::start(move || {
            let _ = begins.send(());
            told.recv().unwrap_or(Ok(()))
        });
        (disk.expect("a thread starts"), answers, begun)
    }

    fn there(disk: &OnDisk) -> bool {
        disk.clone().0.is_none_or(|(commit, reached)| reached.borrow().commit >= commit)
    }

    #[tokio::test]
    async fn a_commit_is_on_disk_once_a_sync_that_began_after_it_has_ended() {
        let (disk, answers, begun) = disk();
        let first = disk.sync(1);
        begun.recv().expect("a sync begins");
        let (second, third) = (disk.sync(2), disk.sync(3));
        assert!(!there(&first), "the sync has not ended");
        answers.send(Ok(())).expect("the sync waits");
        first.wait().await.expect("it is there");
        begun.recv().expect("one more sync begins");
        assert!(!there(&second), "the sync that served the first began before it");
        answers.send(Ok(())).expect("the sync waits");
        second.wait().await.expect("it is there");
        assert!(there(&third), "one sync serves both");
    }

    #[tokio::test]
    async fn after_a_failed_sync_nothing_is_said_to_be_stored() {
        let (disk, answers, begun) = disk();
        let before = disk.sync(1);
        begun.recv().expect("a sync begins");
        answers.send(Ok(())).expect("the sync waits");
        before.clone().wait().await.expect("it is there");
        let lost = disk.sync(2);
        begun.recv().expect("a sync begins");
        answers.send(Err(io::Error::other("the disk is gone"))).expect("the sync waits");
        let fault = lost.wait().await.expect_err("it is not there");
        assert!(fault.chain().contains("the disk is gone"), "{}", fault.chain());
        assert!(disk.sync(3).wait().await.is_err(), "a later one is not either");
        assert!(disk.state.failed().is_some());
        before.wait().await.expect("what was there stays there");
    }
}
