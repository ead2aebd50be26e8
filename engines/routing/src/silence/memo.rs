//! Answers that are remembered by label and value.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// About how much memory the answers may take. When it is full, all are forgotten: what is asked
/// for often is soon there again.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// Longer values are not remembered.
const VALUE_BYTES_MAX: usize = 512;

/// What an entry takes beside its value and its answer.
const ENTRY_BYTES: usize = 96;

/// The lock is never waited for: who does not get it works the answer out.
#[derive(Default, Debug)]
pub(super) struct Memo(Mutex<Answers>);

#[derive(Default, Debug)]
struct Answers {
    names: HashMap<Box<str>, ByValue>,
    bytes: usize,
}

/// The silences that each value of a label may fit.
type ByValue = HashMap<Box<str>, Arc<[u32]>>;

impl Memo {
    /// The remembered answer for a value, or that of `work_out`.
    pub(super) fn answer(
        &self,
        name: &str,
        value: &str,
        work_out: impl FnOnce(&str) -> Arc<[u32]>,
    ) -> Arc<[u32]> {
        if let Ok(answers) = self.0.try_lock()
            && let Some(answer) = answers.names.get(name).and_then(|values| values.get(value))
        {
            return Arc::clone(answer);
        }
        let answer = work_out(value);
        if value.len() <= VALUE_BYTES_MAX
            && let Ok(mut answers) = self.0.try_lock()
        {
            answers.keep(name, value, &answer);
        }
        answer
    }

    /// The silences under this label changed. Takes `&mut`, so nobody is asking meanwhile.
    pub(super) fn forget(&mut self, name: &str) {
        let answers = match self.0.get_mut() {
            Ok(answers) => answers,
            Err(poisoned) => poisoned.into_inner(),
        };
        let Some(values) = answers.names.remove(name) else { return };
        let bytes: usize = values.iter().map(|(value, answer)| bytes(value, answer)).sum();
        answers.bytes = answers.bytes.saturating_sub(bytes);
    }
}

impl Answers {
    fn keep(&mut self, name: &str, value: &str, answer: &Arc<[u32]>) {
        let bytes = bytes(value, answer);
        if bytes > BYTES_MAX / 8 {
            return;
        }
        if self.bytes + bytes > BYTES_MAX {
            *self = Answers::default();
        }
        if !self.names.contains_key(name) {
            self.names.insert(name.into(), HashMap::new());
        }
        let Some(values) = self.names.get_mut(name) else { return };
        if values.insert(value.into(), Arc::clone(answer)).is_none() {
            self.bytes += bytes;
        }
    }
}

fn bytes(value: &str, answer: &[u32]) -> usize {
    ENTRY_BYTES + value.len() + size_of_val(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(memo: &mut Memo) -> usize {
        memo.0.get_mut().unwrap().bytes
    }

    #[test]
    fn what_is_remembered_stays_within_its_bounds() {
        let mut memo = Memo::default();
        let wide: Arc<[u32]> = (0..10_000).collect();
        for value in 0..2_000 {
            memo.answer("l", &value.to_string(), |_| Arc::clone(&wide));
            assert!(bytes_of(&mut memo) <= BYTES_MAX);
        }
        assert!(bytes_of(&mut memo) > 0);
        let before = bytes_of(&mut memo);
        memo.answer("l", &"x".repeat(VALUE_BYTES_MAX + 1), |_| Arc::clone(&wide));
        assert_eq!(bytes_of(&mut memo), before);
    }

    #[test]
    fn an_answer_is_worked_out_once_until_it_is_forgotten() {
        let mut memo = Memo::default();
        let mut asked = 0;
        for _ in 0..3 {
            memo.answer("l", "v", |_| {
                asked += 1;
                Arc::new([1])
            });
        }
        assert_eq!(asked, 1);
        memo.forget("l");
        assert_eq!(bytes_of(&mut memo), 0);
        assert_eq!(*memo.answer("l", "v", |_| Arc::new([2])), [2]);
    }
}
