//! Signature Version 4 of AWS, as far as a POST to a service's root needs it.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::Url;
use sha2::{Digest, Sha256};

use super::{HttpCall, NotSent, Secret};

/// Who signs, and for what.
pub(super) struct Signer<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) access_key: &'a str,
    pub(super) secret_key: &'a Secret,
}

impl Signer<'_> {
    /// Adds the headers that sign a request to the root of a service.
    pub(super) fn sign(&self, call: &mut HttpCall, now: Timestamp) -> Result<(), NotSent> {
        let url = Url::parse(&call.url).ok().filter(|url| url.query().is_none());
        let url = url.ok_or_else(|| NotSent::new("api_url", "is no address of a service"))?;
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let kind = call.headers.iter().find(|(name, _)| name == "Content-Type");
        let kind = kind.map(|(_, value)| value.as_str()).unwrap_or_default();
        let time = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
        let signed = "content-type;host;x-amz-date";
        let canonical = format!(
            "{}\n{}\n\ncontent-type:{kind}\nhost:{host}\nx-amz-date:{time}\n\n{signed}\n{}",
            call.method.as_str(),
            url.path(),
            hash(&call.body),
        );
        let (scope, signature) = self.signature(&canonical, &time);
        let key = self.access_key;
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={signed}, \
             Signature={signature}"
        );
        call.headers.push(("X-Amz-Date".to_owned(), time));
        call.headers.push(("Authorization".to_owned(), authorization));
        Ok(())
    }

    /// The scope and the signature of a canonical request.
    fn signature(&self, canonical: &str, time: &str) -> (String, String) {
        let day = time.split('T').next().unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(canonical));
        let first = format!("AWS4{}", self.secret_key.reveal());
        let parts = [day, self.region, self.service, "aws4_request", text.as_str()];
        let signature =
            parts.into_iter().fold(first.into_bytes(), |key, part| mac(&key, part.as_bytes()));
        (scope, kernel::hex(&signature))
    }
}

fn hash(text: &str) -> String {
    kernel::hex(&Sha256::digest(text.as_bytes()))
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mac: Hmac<Sha256> = Hmac::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request of AWS's documentation, "Signature Version 4 signing process".
    #[test]
    fn the_documented_request_has_the_documented_signature() {
        let canonical = "GET\n/\nAction=ListUsers&Version=2010-05-08\n\
             content-type:application/x-www-form-urlencoded; charset=utf-8\n\
             host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n\
             content-type;host;x-amz-date\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let signer = Signer {
            service: "iam",
            region: "us-east-1",
            access_key: "AKIDEXAMPLE",
            secret_key: &Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        };
        let (scope, signature) = signer.signature(canonical, "20150830T123600Z");
        assert_eq!(scope, "20150830/us-east-1/iam/aws4_request");
        assert_eq!(signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }
}
