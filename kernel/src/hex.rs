/// Bytes as text: two digits for each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of such a text, in small or large letters; `None` when it is none.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| -> Option<u8> { char::from(byte).to_digit(16)?.try_into().ok() };
    let pair = |pair: &[u8]| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_reads_back_and_nothing_else_does() {
        assert_eq!(hex(&[0, 15, 171, 255]), "000fabff");
        assert_eq!(unhex("000FabfF"), Some(vec![0, 15, 171, 255]));
        for none in ["0", "0g", "+1", "é", "0x"] {
            assert_eq!(unhex(none), None, "{none}");
        }
    }
}
