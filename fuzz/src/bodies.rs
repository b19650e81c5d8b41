//! A kind of body in the first byte, and the body. `$S` in it is a secret of the request.

use managed_identity::arm::Subscription;
use managed_identity::deployment::Deployment;
use managed_identity::fuzzing::{cloud, error, read};
use managed_identity::identity::UserAssignedIdentity;
use managed_identity::resource::ResourceIdentity;
use serde_json::Value;

use crate::input;

const SECRET: &str = "Xq8~s3cr3t.VALUE-0123456789_abcdef";

pub fn run(data: &[u8]) {
    let (kind, body) = input::first_byte(data);
    match kind % 6 {
        0 | 1 => {
            let body = input::text(body).replace("$S", SECRET);
            let status = if kind % 6 == 0 { 400 } else { 503 };
            let told = error(status, "server \u{1b}[0m", body.as_bytes(), SECRET);
            input::check(&told);
            let all = format!("{told}{told:?}");
            assert!(!all.contains(SECRET), "{all}");
        }
        2 => {
            if let Some(identity) = read::<UserAssignedIdentity>(body) {
                let _ = identity.resource_id();
            }
        }
        3 => {
            if let Some(resource) = read::<ResourceIdentity>(body) {
                let _ = resource.state();
                let _ = resource.is_changing();
            }
        }
        4 => {
            let _ = (
                read::<Deployment>(body),
                read::<Subscription>(body),
                read::<Value>(body),
            );
        }
        _ => {
            let _ = cloud(body);
        }
    }
}
