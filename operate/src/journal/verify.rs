use std::process::ExitCode;

use serde_json::json;
use spine::seal::{self, Proof};

use crate::installation::{self, Installation};
use crate::screen::{Paint, Screen};
use crate::trouble::{Code, Outcome};

/// Proves the chain of every space.
pub async fn verify(screen: &Screen, installation: &Installation) -> Outcome {
    let db = installation::open(&installation.settings()?).await?;
    let proofs = {
        let mut snapshot = db.snapshot().await?;
        seal::verify(&mut snapshot).await?
    };
    db.close().await;
    let whole = proofs.iter().all(|proof| proof.broken.is_none());
    if screen.json {
        screen.document(&json!({ "whole": whole, "spaces": proofs }));
    } else {
        screen.say(told(&proofs, screen.paint));
    }
    Ok(if whole { ExitCode::SUCCESS } else { Code::Fault.into() })
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
    use kernel::SpaceId;
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
