//! Who is on call, and who is there, also changes by itself.

use estate::Estate;
use kernel::{ItemRef, Time};
use oncall::{CallResult, Page, Purpose, Stage};

use crate::Accounts;
use crate::paging::fallen_ill;
use crate::steps::about;

/// Whether a page has to be asked anew whom it means, since time has passed: its step means others
/// than it called, or whoever has it is ill by now.
pub fn means_others(page: &Page, (estate, accounts): (&Estate, &Accounts), now: Time) -> bool {
    match page.stage {
        Stage::Ringing => page.held_until.is_none() && step_means_others(page, estate, now),
        Stage::Acknowledged => fallen_ill(page, None, (estate, accounts), now).is_some(),
        // One that found nobody looks again by itself.
        Stage::Exhausted | Stage::Cancelled => false,
    }
}

fn step_means_others(page: &Page, estate: &Estate, now: Time) -> bool {
    let step = page.steps.get(page.step as usize).filter(|step| !step.targets.is_empty());
    let Some(step) = step else { return false };
    let turn = step.rotate.then_some(about(page).turn);
    let meant = estate.meant(&step.targets, turn, now);
    let here = |place: (u32, u32)| place == (page.step, page.round);
    let calls = page.calls.iter().filter(|call| {
        here((call.step, call.round))
            && call.purpose == Purpose::Call
            && call.result != CallResult::Dropped
    });
    let waiting = page.waiting.iter().filter(|waiting| here((waiting.step, waiting.round)));
    let waiting: Vec<&ItemRef> = waiting.map(|waiting| &waiting.to.contact).collect();
    let on_the_way = |result| matches!(result, CallResult::Waiting | CallResult::Held);
    let coming = calls.clone().filter(|call| on_the_way(call.result)).map(|call| &call.contact);
    let gone = coming.chain(waiting.iter().copied()).any(|person| !meant.contains(&person));
    let known: Vec<&ItemRef> = calls.map(|call| &call.contact).chain(waiting).collect();
    gone || meant.iter().any(|person| !known.contains(person))
}
