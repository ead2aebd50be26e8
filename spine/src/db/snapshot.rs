use std::ops::{Deref, DerefMut};

use super::Conn;
use crate::Fault;

/// A connection that sees one state of the database until it is dropped.
pub struct Snapshot(Conn);

impl Snapshot {
    pub(super) async fn begin(conn: Conn) -> Result<Snapshot, Fault> {
        let mut snapshot = Snapshot(conn);
        let begin = snapshot.0.dialect().begin_snapshot();
        snapshot.0.raw(begin).await?;
        Ok(snapshot)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        // The transaction is still open; closing the connection ends it without waiting here.
        self.0.condemn();
    }
}

impl Deref for Snapshot {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Snapshot {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}
