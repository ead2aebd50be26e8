use proptest::prelude::*;

use super::{Span, Spans};

const END: i64 = 40;

/// The instants of a set, one by one.
fn members(spans: &Spans) -> Vec<i64> {
    (0..END).filter(|at| spans.contains(*at)).collect()
}

fn set() -> impl Strategy<Value = Spans> {
    let span = (0..END, 0..12_i64).prop_map(|(from, length)| Span::new(from, from + length));
    prop::collection::vec(span, 0..6).prop_map(|spans| {
        let within = spans.into_iter().map(|span| span.clip(Span::new(0, END)));
        within.collect()
    })
}

fn normal(spans: &Spans) -> bool {
    spans.iter().all(|span| span.from < span.until)
        && spans.as_slice().windows(2).all(|pair| pair[0].until < pair[1].from)
}

#[test]
fn intervals_that_meet_become_one_and_empty_ones_vanish() {
    let spans =
        Spans::from(vec![Span::new(5, 7), Span::new(1, 3), Span::new(3, 5), Span::new(9, 9)]);
    assert_eq!(spans.as_slice(), [Span::new(1, 7)]);
    assert_eq!((spans.total(), spans.len(), spans.hull()), (6, 1, Some(Span::new(1, 7))));
}

#[test]
fn a_set_without_an_end_has_the_greatest_length() {
    let all = Spans::one(i64::MIN, i64::MAX);
    assert_eq!(all.total(), i64::MAX);
    assert_eq!(all.complement(Span::new(i64::MIN, i64::MAX)), Spans::EMPTY);
    assert_eq!(Spans::EMPTY.complement(Span::new(0, 9)), Spans::one(0, 9));
}

#[test]
fn json_is_a_list_and_is_put_in_order_when_read() {
    let read: Spans =
        serde_json::from_str(r#"[{"from":4,"until":6},{"from":1,"until":4}]"#).expect("a set");
    assert_eq!(serde_json::to_string(&read).expect("json"), r#"[{"from":1,"until":6}]"#);
}

proptest! {
    #[test]
    fn sets_do_what_their_members_do(a in set(), b in set(), from in 0..END, length in 0..END) {
        let within = Span::new(from, (from + length).min(END));
        for (found, wanted) in [
            (a.union(&b), (|x, y, _| x || y) as fn(bool, bool, bool) -> bool),
            (a.intersection(&b), |x, y, _| x && y),
            (a.difference(&b), |x, y, _| x && !y),
            (a.complement(within), |x, _, w| w && !x),
            (a.clip(within), |x, _, w| w && x),
        ] {
            let expected: Vec<i64> = (0..END)
                .filter(|at| wanted(a.contains(*at), b.contains(*at), within.contains(*at)))
                .collect();
            prop_assert!(normal(&found), "{found:?} is not normal");
            prop_assert_eq!(found.total(), expected.len() as i64);
            prop_assert_eq!(members(&found), expected);
        }
    }

    #[test]
    fn the_order_of_intervals_says_nothing(
        spans in prop::collection::vec((0..END, 0..9_i64), 0..6),
    ) {
        let spans: Vec<Span> = spans.iter().map(|(from, n)| Span::new(*from, from + n)).collect();
        let backwards: Spans = spans.iter().rev().copied().collect();
        prop_assert_eq!(Spans::from(spans), backwards);
    }
}
