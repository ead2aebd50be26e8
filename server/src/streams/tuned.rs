//! What people say of the use of an alert, told to the task of its rule.

use ::streams::rule_of;
use alerts::Alert;
use spine::engine::{self, Asked};
use spine::journal::Stored;
use spine::{Denied, Tx};
use tuning::Command;

use super::Shell;
use crate::practices::tuning::store::{self, TUNINGS};

impl Shell<'_> {
    /// Adds to the task of the rule, and opens it with the first vote. Two votes at once on two
    /// nodes meet in the index of rules: the transaction of one of them is tried again.
    pub(super) async fn tune(
        &self,
        tx: &mut Tx,
        stored: &Stored,
        alert: &Alert,
        command: Command,
    ) -> Result<(), Denied> {
        let asked = Asked {
            space: self.space,
            moment: self.moment,
            cause: Some(stored.entry.seq),
            expected: None,
        };
        match store::of_rule(tx, self.space, &rule_of(alert)).await? {
            Some(task) => {
                engine::execute_in(tx, &TUNINGS, task.record.id, &command, &asked).await?;
            }
            None if matches!(command, Command::Vote { .. }) => {
                engine::open_in(tx, &TUNINGS, self.moment.id(), &command, &asked).await?;
            }
            None => {}
        }
        Ok(())
    }
}
