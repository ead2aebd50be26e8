//! Series as bytes, to be kept: a version, the first minute, how many there are, and groups of two
//! hours, each with as few bits a minute as it needs.

use crate::buckets::{Buckets, Counts, MINUTES_MAX, Packed, TOTAL_MAX, words};

/// The layout that is written; another one is refused.
const VERSION: u8 = 2;
/// Minutes of a group: a day has twelve whole ones.
const GROUP: usize = 120;
/// What a group begins with: nothing known, all known, some known.
const NOTHING: u8 = 0;
const ALL: u8 = 1;
const SOME: u8 = 2;

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
        bytes.extend((self.len() as u32).to_le_bytes());
        let minutes: Vec<Option<Counts>> = self.all().collect();
        minutes.chunks(GROUP).for_each(|group| write(&mut bytes, group));
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
        let mut left = u32::from_le_bytes(take(&mut rest)?) as usize;
        if left > MINUTES_MAX {
            return Err(DecodeError::Damaged);
        }
        while left > 0 {
            let count = left.min(GROUP);
            read(&mut found, &mut rest, count)?;
            left -= count;
        }
        if rest.is_empty() { Ok(found) } else { Err(DecodeError::Damaged) }
    }
}

fn write(bytes: &mut Vec<u8>, group: &[Option<Counts>]) {
    if group.iter().all(Option::is_none) {
        bytes.push(NOTHING);
        return;
    }
    let packed = Packed::of(group);
    bytes.extend([if packed.masked { SOME } else { ALL }, packed.total_bits, packed.bad_bits]);
    let mut least = packed.least;
    while least > 0x7f {
        bytes.push((least & 0x7f) as u8 | 0x80);
        least >>= 7;
    }
    bytes.push(least as u8);
    let length = length(group.len(), &packed);
    let all = packed.words.iter().flat_map(|word| word.to_le_bytes());
    bytes.extend(all.take(length));
}

/// Bytes that the numbers of a group take.
fn length(count: usize, packed: &Packed) -> usize {
    let each = usize::from(packed.total_bits) + usize::from(packed.bad_bits);
    (count * (each + usize::from(packed.masked))).div_ceil(8)
}

fn read(found: &mut Buckets, rest: &mut &[u8], count: usize) -> Result<(), DecodeError> {
    let [kind] = take(rest)?;
    if kind == NOTHING {
        (0..count).for_each(|_| found.append(None));
        return Ok(());
    }
    let [total_bits, bad_bits] = take(rest)?;
    if kind > SOME || total_bits > 41 || bad_bits > 41 {
        return Err(DecodeError::Damaged);
    }
    let masked = kind == SOME;
    let least = number(rest)?;
    let empty = vec![0; words(count, total_bits, bad_bits, masked)];
    let mut packed = Packed { least, total_bits, bad_bits, masked, words: empty };
    let (numbers, after) =
        rest.split_at_checked(length(count, &packed)).ok_or(DecodeError::Damaged)?;
    *rest = after;
    for (word, bytes) in packed.words.iter_mut().zip(numbers.chunks(8)) {
        let mut whole = [0; 8];
        whole[..bytes.len()].copy_from_slice(bytes);
        *word = u64::from_le_bytes(whole);
    }
    for at in 0..count {
        let set = packed.get(count, at);
        if set.is_some_and(|counts| counts.good > counts.total || counts.total > TOTAL_MAX) {
            return Err(DecodeError::Damaged);
        }
        found.append(set);
    }
    Ok(())
}

/// A number in groups of seven bits, the lowest first.
fn number(rest: &mut &[u8]) -> Result<u64, DecodeError> {
    let mut number = 0;
    for shift in (0..42).step_by(7) {
        let [byte] = take(rest)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return if number <= TOTAL_MAX { Ok(number) } else { Err(DecodeError::Damaged) };
        }
    }
    Err(DecodeError::Damaged)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], DecodeError> {
    let (found, after) = rest.split_first_chunk::<N>().ok_or(DecodeError::Damaged)?;
    *rest = after;
    Ok(*found)
}
