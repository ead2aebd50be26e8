use std::process::ExitCode;

use kernel::SpaceId;
use serde_json::json;
use spine::seal::{self, Proof};

use crate::installation::{self, Installation};
use crate::screen::{Paint, Screen};
use crate::trouble::{Code, Outcome};

/// Proves the chain of every space, and that a hash which was kept elsewhere is still in it.
pub async fn verify(screen: &Screen, installation: &Installation, expect: Option<&str>) -> Outcome {
    let db = installation::open(&installation.settings()?).await?;
    let (proofs, kept) = {
        let mut snapshot = db.snapshot().await?;
        let kept = match expect {
            Some(hash) => Some(seal::find(&mut snapshot, hash.trim()).await?),
            None => None,
        };
        (seal::verify(&mut snapshot).await?, kept)
    };
    db.close().await;
    // A seal under which the chain does not hold proves nothing.
    let kept = kept.map(|found| found.filter(|(space, seal)| holds(&proofs, space, *seal)));
    let whole = proofs.iter().all(|proof| proof.broken.is_none());
    if screen.json {
        let seal = kept.as_ref().map(|found| found.as_ref().map(|(_, seal)| *seal));
        screen.document(&json!({ "whole": whole, "expected_at": seal, "spaces": proofs }));
    } else {
        screen.say(told(&proofs, screen.paint));
        if let Some(kept) = &kept {
            screen.say(expected(kept.as_ref(), screen.paint));
        }
    }
    let expected = kept.is_none_or(|found| found.is_some());
    Ok(if whole && expected { ExitCode::SUCCESS } else { Code::Fault.into() })
}

/// Whether the chain of a space holds up to this seal.
fn holds(proofs: &[Proof], space: &SpaceId, seal: i64) -> bool {
    let of_space = proofs.iter().find(|proof| proof.space == *space);
    of_space.is_some_and(|proof| proof.broken.as_ref().is_none_or(|broken| seal < broken.seal))
}

/// What became of a hash that was kept.
fn expected(found: Option<&(SpaceId, i64)>, paint: Paint) -> String {
    match found {
        Some((space, seal)) => format!(
            "The expected hash is that of seal {seal} of space {space}: everything up to it is {}.",
            paint.green("what it was")
        ),
        None => format!(
            "{}: no seal that holds has the expected hash. The journal was written anew, or the \
             hash is of another installation.\n  remedy: compare with a backup that was made \
             before",
            paint.red("ALTERED")
        ),
    }
}

/// What was found, a few lines for each space.
fn told(proofs: &[Proof], paint: Paint) -> String {
    if proofs.is_empty() {
        return "The journal is empty.".to_owned();
    }
    proofs.iter().map(|proof| proven(proof, paint)).collect::<Vec<_>>().join("\n")
}

fn proven(proof: &Proof, paint: Paint) -> String {
    let Proof { space, seals, entries, unsealed, hash, broken } = proof;
    let sound = format!("{entries} entries under {seals} seals");
    let Some(broken) = broken else {
        let rest = match unsealed {
            0 => String::new(),
            n => format!(" {n} newer ones are not sealed yet."),
        };
        let good = paint.green("unaltered");
        return format!("Space {space}: {sound} are {good}.{rest}\n  newest hash: {hash}");
    };
    let run = format!(
        "Space {space}: {} the run of seal {}, entries {} to {}:\n  {}.",
        paint.red("ALTERED in"),
        broken.seal,
        broken.after_seq.max(0) + 1,
        broken.to_seq,
        broken.why
    );
    format!(
        "{run}\n  Before that, {sound} are unaltered.\n  remedy: compare with a backup that was \
         made before"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use spine::seal::Broken;

    fn proof(broken: Option<Broken>) -> Proof {
        let hash = "ab12".to_owned();
        Proof { space: SpaceId::main(), seals: 3, entries: 2100, unsealed: 4, hash, broken }
    }

    #[test]
    fn a_chain_that_holds_gives_its_newest_hash() {
        insta::assert_snapshot!(told(&[proof(None)], Paint(false)), @"
        Space default: 2100 entries under 3 seals are unaltered. 4 newer ones are not sealed yet.
          newest hash: ab12
        ");
    }

    #[test]
    fn a_kept_hash_proves_nothing_from_the_broken_seal_on() {
        let why = "an entry or the seal itself was altered".to_owned();
        let broken = Broken { seal: 3, after_seq: 2000, to_seq: 2100, why };
        let main = SpaceId::main();
        assert!(holds(&[proof(None)], &main, 3));
        assert!(holds(&[proof(Some(broken.clone()))], &main, 2));
        assert!(!holds(&[proof(Some(broken))], &main, 3));
        assert!(!holds(&[], &main, 1), "of a space that is not there");
    }

    #[test]
    fn the_first_altered_run_is_named() {
        let why = "an entry or the seal itself was altered".to_owned();
        let broken = Broken { seal: 4, after_seq: 2100, to_seq: 3100, why };
        insta::assert_snapshot!(told(&[proof(Some(broken))], Paint(false)), @"
        Space default: ALTERED in the run of seal 4, entries 2101 to 3100:
          an entry or the seal itself was altered.
          Before that, 2100 entries under 3 seals are unaltered.
          remedy: compare with a backup that was made before
        ");
    }
}
