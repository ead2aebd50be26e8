//! Signed links: whoever holds one may acknowledge one page, or the pages that one message told,
//! or say that a test reached them, until it expires, without signing in.
//!
//! A token is base64url of what it says and an HMAC-SHA256 over it. It is a bearer's right: it
//! goes only into messages to the contact it names. Nothing is stored, so a token cannot be
//! withdrawn alone; a page that is over refuses it, and a new key ends all.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{OutboxId, PageId, Time};
use sha2::Sha256;

/// Keeps these signatures apart from any other use of the same key.
const PURPOSE: &[u8] = b"operate: acknowledge a page, version 1\0";
const PURPOSE_ALL: &[u8] = b"operate: acknowledge what was told together, version 1\0";
const PURPOSE_TEST: &[u8] = b"operate: a test of a way, version 1\0";
const PURPOSE_CODE: &[u8] = b"operate: a code that proves a way, version 1\0";
const SIGNATURE_BYTES: usize = 32;
const ID_BYTES: usize = 16;
const EXPIRY_BYTES: usize = 8;
const HEAD_BYTES: usize = SIGNATURE_BYTES + ID_BYTES + EXPIRY_BYTES;
/// Longest name of a contact, in bytes; keeps links short enough for mail programs.
pub const CONTACT_BYTES_MAX: usize = 200;

/// What is acknowledged by a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// One page.
    Page(PageId),
    /// Every page that this message told.
    Told(OutboxId),
    /// Nothing: it shows that a test came by the way with this mark ([`LinkKey::way`]).
    Test(u128),
}

/// What a link allows: this contact may acknowledge this, until then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AckLink {
    /// What.
    pub takes: Takes,
    /// Who acknowledges by it: `person/ada`.
    pub contact: String,
    /// The first moment at which it is no longer good.
    pub expires_at: Time,
}

/// The secret that signs links.
#[derive(Clone)]
pub struct LinkKey {
    one: Hmac<Sha256>,
    all: Hmac<Sha256>,
    test: Hmac<Sha256>,
    code: Hmac<Sha256>,
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey")
    }
}

impl LinkKey {
    /// From 32 secret random bytes.
    pub fn new(secret: &[u8; 32]) -> LinkKey {
        let mac = Hmac::new_from_slice(secret).expect("HMAC takes a key of any length");
        LinkKey {
            one: mac.clone().chain_update(PURPOSE),
            all: mac.clone().chain_update(PURPOSE_ALL),
            test: mac.clone().chain_update(PURPOSE_TEST),
            code: mac.chain_update(PURPOSE_CODE),
        }
    }

    /// The token for a link.
    ///
    /// # Errors
    /// When the contact's name is longer than [`CONTACT_BYTES_MAX`].
    pub fn sign(&self, link: &AckLink) -> Result<String, LinkError> {
        if link.contact.len() > CONTACT_BYTES_MAX {
            return Err(LinkError::ContactTooLong);
        }
        let mut said = Vec::with_capacity(HEAD_BYTES + link.contact.len());
        let (key, id) = match link.takes {
            Takes::Page(page) => (&self.one, page.bits()),
            Takes::Told(message) => (&self.all, message.bits()),
            Takes::Test(way) => (&self.test, way),
        };
        said.extend_from_slice(&id.to_be_bytes());
        said.extend_from_slice(&link.expires_at.micros().to_be_bytes());
        said.extend_from_slice(link.contact.as_bytes());
        let signature = key.clone().chain_update(&said).finalize().into_bytes();
        let token = [signature.as_slice(), said.as_slice()].concat();
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// The mark of a way to somebody: of another channel or address it is another one.
    pub fn way(&self, channel: &str, address: &str) -> u128 {
        let mut mac = self.test.clone();
        mac.update(&(channel.len() as u64).to_be_bytes());
        mac.update(channel.as_bytes());
        mac.update(address.as_bytes());
        let mark = mac.finalize().into_bytes();
        mark.iter().take(ID_BYTES).fold(0, |bits, byte| bits << 8 | u128::from(*byte))
    }

    /// What is kept of a code that is sent to somebody: nobody without the key can find the code by
    /// trying all there are. The parts say what the code is for, the code among them.
    pub fn mark(&self, parts: &[&str]) -> String {
        let mut mac = self.code.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// What the token allows, if we signed it and it has not expired. Takes the same time wherever
    /// a wrong signature differs from the right one.
    ///
    /// # Errors
    /// When it is not ours, or no longer good.
    pub fn verify(&self, token: &str, now: Time) -> Result<AckLink, LinkError> {
        let most = (HEAD_BYTES + CONTACT_BYTES_MAX).div_ceil(3) * 4;
        let bytes = Some(token)
            .filter(|token| token.len() <= most)
            .and_then(|token| URL_SAFE_NO_PAD.decode(token).ok())
            .ok_or(LinkError::Forged)?;
        let (signature, said) = bytes.split_at_checked(SIGNATURE_BYTES).ok_or(LinkError::Forged)?;
        let signed =
            |key: &Hmac<Sha256>| key.clone().chain_update(said).verify_slice(signature).is_ok();
        // Which key signed it says what it takes.
        let keys = (signed(&self.one), signed(&self.all), signed(&self.test));
        let takes: fn(u128) -> Takes = match keys {
            (true, ..) => |id| Takes::Page(PageId::from_bits(id)),
            (_, true, _) => |id| Takes::Told(OutboxId::from_bits(id)),
            (_, _, true) => Takes::Test,
            _ => return Err(LinkError::Forged),
        };
        let link = read(said, takes).ok_or(LinkError::Forged)?;
        if now < link.expires_at { Ok(link) } else { Err(LinkError::Expired) }
    }
}

fn read(said: &[u8], takes: fn(u128) -> Takes) -> Option<AckLink> {
    let (id, rest) = said.split_first_chunk::<ID_BYTES>()?;
    let (expiry, contact) = rest.split_first_chunk::<EXPIRY_BYTES>()?;
    Some(AckLink {
        takes: takes(u128::from_be_bytes(*id)),
        contact: String::from_utf8(contact.to_vec()).ok()?,
        expires_at: Time::from_micros(i64::from_be_bytes(*expiry)),
    })
}

/// Why a link is not good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LinkError {
    /// Not signed with our key, or cut off or changed on its way.
    #[error("this link is damaged or not ours; open it from the original message")]
    Forged,
    /// Its time is over.
    #[error("this link has expired; sign in to acknowledge")]
    Expired,
    /// It cannot be signed.
    #[error("a contact's name has at most {CONTACT_BYTES_MAX} bytes")]
    ContactTooLong,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Time = Time::from_seconds(1_000);

    fn key(byte: u8) -> LinkKey {
        LinkKey::new(&[byte; 32])
    }

    fn links() -> impl Strategy<Value = AckLink> {
        let takes = prop_oneof![
            any::<u128>().prop_map(|id| Takes::Page(PageId::from_bits(id))),
            any::<u128>().prop_map(|id| Takes::Told(OutboxId::from_bits(id))),
            any::<u128>().prop_map(Takes::Test),
        ];
        (takes, "\\PC{0,50}", 1_001..i64::MAX / 1_000_000).prop_map(|(takes, contact, expiry)| {
            AckLink { takes, contact, expires_at: Time::from_seconds(expiry) }
        })
    }

    #[test]
    fn a_token_stays_the_same_between_versions() {
        let link = AckLink {
            takes: Takes::Page(PageId::from_bits(7)),
            contact: "person/ada".to_owned(),
            expires_at: Time::from_seconds(2_000),
        };
        assert_eq!(
            key(1).sign(&link).unwrap(),
            "sQ_Q6OGMHEmpkCd5pTlqj8E6ExurliUM8pP60wWKkjYAAAAAAAAAAAAAAAAAAAAHAAAAAHc1lABwZXJzb24v\
             YWRh"
        );
    }

    #[test]
    fn a_link_is_good_until_it_expires() {
        let expires_at = Time::from_seconds(2_000);
        let takes = Takes::Page(PageId::from_bits(7));
        let link = AckLink { takes, contact: "person/ada".to_owned(), expires_at };
        let token = key(1).sign(&link).unwrap();
        assert_eq!(key(1).verify(&token, Time::from_micros(1_999_999_999)), Ok(link.clone()));
        assert_eq!(key(1).verify(&token, expires_at), Err(LinkError::Expired));
        assert_eq!(key(2).verify(&token, NOW), Err(LinkError::Forged));
        let contact = "x".repeat(201);
        assert_eq!(key(1).sign(&AckLink { contact, ..link }), Err(LinkError::ContactTooLong));
    }

    #[test]
    fn the_mark_of_a_way_is_of_its_key_channel_and_address() {
        let mark = key(1).way("sms", "+49301");
        assert_eq!(mark, key(1).way("sms", "+49301"));
        for other in [key(2).way("sms", "+49301"), key(1).way("sms", "+49302")] {
            assert_ne!(mark, other);
        }
        assert_ne!(mark, key(1).way("sm", "s+49301"));
        assert_ne!(key(1).way("voice", "+49301"), mark);
    }

    #[test]
    fn the_mark_of_a_code_is_of_its_key_and_of_what_it_is_for() {
        let mark = key(1).mark(&["person/ada", "sms", "+49301", "123456"]);
        assert_eq!(mark, key(1).mark(&["person/ada", "sms", "+49301", "123456"]));
        assert_ne!(mark, key(2).mark(&["person/ada", "sms", "+49301", "123456"]));
        assert_ne!(mark, key(1).mark(&["person/ada", "sms", "+4930", "1123456"]));
        assert!(!mark.contains("123456"));
    }

    proptest! {
        #[test]
        fn what_was_signed_reads_back(link in links()) {
            let token = key(1).sign(&link).unwrap();
            prop_assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            prop_assert_eq!(key(1).verify(&token, NOW), Ok(link));
        }

        #[test]
        fn a_token_with_one_letter_changed_is_refused(
            link in links(),
            place in any::<prop::sample::Index>(),
            letter in "[A-Za-z0-9_-]",
        ) {
            let token = key(1).sign(&link).unwrap();
            let place = place.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(place..=place, &letter);
            prop_assume!(changed != token);
            prop_assert_eq!(key(1).verify(&changed, NOW), Err(LinkError::Forged));
        }

        #[test]
        fn a_token_cut_short_or_lengthened_is_refused(link in links(), cut in 1..60_usize) {
            let token = key(1).sign(&link).unwrap();
            let short = &token[..token.len().saturating_sub(cut)];
            prop_assert_eq!(key(1).verify(short, NOW), Err(LinkError::Forged));
            let long = token + &"A".repeat(cut);
            prop_assert_eq!(key(1).verify(&long, NOW), Err(LinkError::Forged));
        }

        #[test]
        fn no_text_is_taken_for_a_token(text in "\\PC{0,400}") {
            prop_assert_eq!(key(1).verify(&text, NOW), Err(LinkError::Forged));
        }
    }
}
