//! What `build.rs` generates from the declarations in `types`: see `ffi/generator`.

use super::mode::Change;
use super::read::*;
use super::registry::{Connected, clients};
use super::show::*;
use super::types::*;
use crate::arm::Client;

include!(concat!(env!("OUT_DIR"), "/records.rs"));

/// From here on the host owns the client.
fn client_handle<'a>(client: &'a Client, _: &mut Held<'a>) -> u64 {
    clients().insert(Connected::new(client.clone()))
}
