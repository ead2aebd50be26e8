//! Series as bytes, to be kept: a version, the first minute, the blocks as they are, the rest.

use crate::buckets::{BLOCK, Block, Buckets, Counts, MINUTES_MAX, words};

/// The layout that is written; another one is refused.
const VERSION: u8 = 1;

/// Bytes that are no series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by another version.
    #[error("the series was written in layout {0}; this version reads layout {VERSION}")]
    Version(u8),
    /// They end early, go on after the end, or contradict themselves.
    #[error("the bytes of the series are damaged; restore them from a backup")]
    Damaged,
}

impl Buckets {
    /// The series as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.first.to_le_bytes());
        bytes.extend((self.blocks.len() as u32).to_le_bytes());
        for block in &self.blocks {
            bytes.extend([block.total_bits, block.bad_bits, u8::from(block.masked)]);
            bytes.extend(block.least.to_le_bytes());
            bytes.extend(block.words.iter().flat_map(|word| word.to_le_bytes()));
        }
        for set in &self.tail {
            bytes.push(u8::from(set.is_some()));
            if let Some(counts) = set {
                bytes.extend(counts.total.to_le_bytes());
                bytes.extend(counts.good.to_le_bytes());
            }
        }
        bytes
    }

    /// Reads what [`Buckets::encode`] has written.
    ///
    /// # Errors
    /// When the bytes are damaged or of another version. No bytes panic or take much memory.
    pub fn decode(bytes: &[u8]) -> Result<Buckets, DecodeError> {
        let mut rest = bytes;
        let version = take::<1>(&mut rest)?[0];
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let mut found = Buckets::new(i64::from_le_bytes(take(&mut rest)?));
        let blocks = u32::from_le_bytes(take(&mut rest)?);
        for _ in 0..blocks {
            for set in block(&mut rest)? {
                add(&mut found, set)?;
            }
        }
        let mut tail = 0;
        while !rest.is_empty() {
            let set = match take::<1>(&mut rest)? {
                [0] => None,
                [1] => {
                    let total = u64::from_le_bytes(take(&mut rest)?);
                    let good = u64::from_le_bytes(take(&mut rest)?);
                    Some(Counts { good, total })
                }
                _ => return Err(DecodeError::Damaged),
            };
            add(&mut found, set)?;
            tail += 1;
        }
        if tail < BLOCK { Ok(found) } else { Err(DecodeError::Damaged) }
    }
}

fn add(found: &mut Buckets, set: Option<Counts>) -> Result<(), DecodeError> {
    let damaged = |counts: Counts| counts.good > counts.total || counts.total > 1 << 40;
    if set.is_some_and(damaged) || found.len() >= MINUTES_MAX {
        return Err(DecodeError::Damaged);
    }
    found.append(set);
    Ok(())
}

fn block(rest: &mut &[u8]) -> Result<Vec<Option<Counts>>, DecodeError> {
    let [total_bits, bad_bits, masked] = take(rest)?;
    let least = u64::from_le_bytes(take(rest)?);
    if total_bits > 41 || bad_bits > 41 || masked > 1 || least > 1 << 40 {
        return Err(DecodeError::Damaged);
    }
    let masked = masked == 1;
    let mut packed = Vec::with_capacity(words(total_bits, bad_bits, masked));
    for _ in 0..words(total_bits, bad_bits, masked) {
        packed.push(u64::from_le_bytes(take(rest)?));
    }
    Ok(Block::of(least, total_bits, bad_bits, masked, packed).unpack())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], DecodeError> {
    let (found, after) = rest.split_first_chunk::<N>().ok_or(DecodeError::Damaged)?;
    *rest = after;
    Ok(*found)
}
