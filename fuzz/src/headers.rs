//! Headers: the name on the first line, the value behind it.

use std::path::Path;
use std::time::Duration;

use managed_identity::fuzzing::{auth, header, quota_renewal, retry_after, retry_after_ms};

use crate::input;

/// The folder of Azure Arc's keys.
const FOLDER: &str = "/var/opt/azcmagent/tokens";

pub fn run(data: &[u8]) {
    let (name, rest) = input::first_line(data);
    let value = input::text(rest);
    let headers = header(&name, &value);
    if let Ok(Some(wait)) = retry_after(&headers) {
        assert!(wait <= Duration::from_secs(300), "{wait:?}");
    }
    let _ = (quota_renewal(&headers), retry_after_ms(&headers));
    if let Some(claims) = auth::challenge(&value) {
        // It stands in a command that the user is told to run.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
        assert!(claims.chars().all(is_plain), "{claims}");
        if let Ok(json) = auth::decode_claims(claims) {
            assert_eq!(
                auth::decode_claims(&auth::encode_claims(&json)).as_deref(),
                Ok(&*json)
            );
        }
    }
    let _ = auth::decode_claims(&value);
    if let Ok(file) = auth::managed_identity::arc_key_file(FOLDER, headers) {
        assert_eq!(file.parent(), Some(Path::new(FOLDER)), "{file:?}");
        assert_eq!(file.extension().and_then(|it| it.to_str()), Some("key"));
    }
}
