//! What `build.rs` generates from the declarations in `types`: see `ffi/generator`.

use super::changes::Change;
use super::read::*;
use super::show::*;
use super::types::*;

include!(concat!(env!("OUT_DIR"), "/records.rs"));
