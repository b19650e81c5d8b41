//! Signing a user in by a code that is entered elsewhere: here, by an admin call.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};

use super::codes::make_room;
use crate::base::clock::{Millis, iso_time};
use crate::base::random;
use crate::base::seed;
use crate::model::principal::PrincipalType;
use crate::state::directory;
use crate::state::{Part, World};
use crate::tokens::claims::Claims;
use crate::tokens::refusal::{Refusal, refuse};
use crate::tokens::store::{Subject, SubjectKind};

/// The characters of user codes: none that are taken for one another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// What a poll that comes too soon adds to the time between polls, in seconds (RFC 8628, 3.5).
const SLOWER: u64 = 5;

/// A sign-in that was begun.
pub(super) struct DeviceSignIn {
    pub(super) client_id: String,
    /// `scope`, or in version 1 `resource`.
    pub(super) wanted: String,
    pub(super) claims: Claims,
}

struct Pending {
    user_code: String,
    begun: DeviceSignIn,
    expires: Millis,
    interval: Millis,
    polled: Option<Millis>,
    outcome: Outcome,
}

enum Outcome {
    Waiting,
    Approved(Subject),
    Declined,
    Redeemed,
}

/// The sign-ins that were begun, by device code.
#[derive(Default)]
pub(crate) struct DeviceCodes(BTreeMap<String, Pending>);

impl Part for DeviceCodes {
    fn reset(&mut self) {
        self.0.clear();
    }
}

impl fmt::Debug for DeviceCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} device codes", self.0.len())
    }
}

/// What a client gets to show and to poll with.
pub(super) struct Codes {
    pub(super) user_code: String,
    pub(super) device_code: String,
}

fn user_code() -> String {
    random::bytes::<9>()
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect()
}

impl DeviceCodes {
    pub(super) fn begin(
        &mut self,
        begun: DeviceSignIn,
        lifetime: u64,
        interval: u64,
        now: Millis,
    ) -> Codes {
        const DAY: Millis = 86_400_000;
        self.0
            .retain(|_, one| one.expires.saturating_add(DAY) > now);
        make_room(&mut self.0, |one| one.expires);
        let codes = Codes {
            user_code: user_code(),
            device_code: random::opaque(180),
        };
        self.0.insert(
            codes.device_code.clone(),
            Pending {
                user_code: codes.user_code.clone(),
                begun,
                expires: now.saturating_add(lifetime.saturating_mul(1_000)),
                interval: interval.saturating_mul(1_000),
                polled: None,
                outcome: Outcome::Waiting,
            },
        );
        codes
    }

    /// Whether the user has come meanwhile; once they have, the code is used up.
    pub(super) fn poll(
        &mut self,
        device_code: &str,
        client_id: &str,
        now: Millis,
    ) -> Result<(Subject, &DeviceSignIn), Refusal> {
        let known = self
            .0
            .get_mut(device_code)
            .filter(|one| one.begun.client_id.eq_ignore_ascii_case(client_id));
        let Some(one) = known else {
            return Err(refuse(
                400,
                "bad_verification_code",
                70_000,
                "The provided value for the input parameter 'device_code' is not valid.",
            ));
        };
        let early = one
            .polled
            .is_some_and(|last| last.saturating_add(one.interval) > now);
        one.polled = Some(now);
        if matches!(one.outcome, Outcome::Waiting) && one.expires <= now {
            return Err(refuse(
                400,
                "expired_token",
                70_020,
                "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
            ));
        }
        match std::mem::replace(&mut one.outcome, Outcome::Redeemed) {
            Outcome::Approved(subject) => Ok((subject, &one.begun)),
            Outcome::Declined => {
                one.outcome = Outcome::Declined;
                Err(refuse(
                    400,
                    "authorization_declined",
                    65_004,
                    "User declined to consent to access the app.",
                ))
            }
            Outcome::Redeemed => Err(refuse(
                400,
                "invalid_grant",
                54_005,
                "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
            )),
            Outcome::Waiting => {
                one.outcome = Outcome::Waiting;
                if early {
                    one.interval += SLOWER * 1_000;
                    return Err(refuse(
                        400,
                        "slow_down",
                        70_016,
                        "OAuth 2.0 device flow error. The client polls too often.",
                    ));
                }
                Err(refuse(
                    400,
                    "authorization_pending",
                    70_016,
                    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
                ))
            }
        }
    }

    /// For the admin API: everything but the device codes.
    pub(crate) fn list(&self, now: Millis) -> Value {
        self.0
            .values()
            .map(|one| {
                json!({
                    "userCode": one.user_code,
                    "clientId": one.begun.client_id,
                    "scope": one.begun.wanted,
                    "expiresOn": iso_time(one.expires),
                    "status": match one.outcome {
                        Outcome::Waiting if one.expires <= now => "expired",
                        Outcome::Waiting => "pending",
                        Outcome::Approved(_) => "approved",
                        Outcome::Declined => "declined",
                        Outcome::Redeemed => "redeemed",
                    },
                })
            })
            .collect()
    }
}

/// The registered user with that object id, signing in through that client.
fn user(world: &World, id: &str, client_id: &str) -> Option<Subject> {
    if id.eq_ignore_ascii_case(seed::USER_ID) {
        return Some(Subject::seeded_user(client_id));
    }
    let user = world
        .state
        .principals
        .get(&id.to_lowercase())
        .filter(|one| one.kind == PrincipalType::User)?;
    Some(Subject {
        client_id: client_id.to_owned(),
        object_id: user.id.clone(),
        kind: SubjectKind::User {
            name: directory::user_name(&user.id, &user.display_name),
            display_name: user.display_name.clone(),
        },
    })
}

/// Why a code could not be completed.
pub(crate) enum CompletionError {
    NotFound(String),
    Bad(String),
}

/// What the user does who was shown the code: `{"approve": true, "principalId": …}`.
pub(crate) fn complete(
    world: &mut World,
    user_code: &str,
    text: &[u8],
    now: Millis,
) -> Result<Value, CompletionError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Answer {
        approve: bool,
        principal_id: Option<String>,
    }
    let answer: Answer =
        serde_json::from_slice(text).map_err(|error| CompletionError::Bad(error.to_string()))?;
    let id = answer
        .principal_id
        .unwrap_or_else(|| seed::USER_ID.to_owned());
    let subject = user(world, &id, "").ok_or_else(|| {
        CompletionError::Bad(format!(
            "principalId: there is no user '{id}'; register one with POST /_emulator/principals"
        ))
    })?;
    let pending = world
        .session
        .part_mut::<DeviceCodes>()
        .0
        .values_mut()
        .find(|one| one.user_code.eq_ignore_ascii_case(user_code))
        .ok_or_else(|| {
            CompletionError::NotFound(format!("There is no user code '{user_code}'."))
        })?;
    if !matches!(pending.outcome, Outcome::Waiting) {
        return Err(CompletionError::Bad(format!(
            "the user code '{user_code}' has been answered already"
        )));
    }
    if pending.expires <= now {
        return Err(CompletionError::Bad(format!(
            "the user code '{user_code}' has expired"
        )));
    }
    let client_id = pending.begun.client_id.clone();
    pending.outcome = if answer.approve {
        Outcome::Approved(Subject {
            client_id,
            ..subject
        })
    } else {
        Outcome::Declined
    };
    Ok(json!({
        "userCode": pending.user_code,
        "status": if answer.approve { "approved" } else { "declined" },
    }))
}
