//! Changes the identity of a virtual machine at an emulator as Update-VmIdentity does, and prints
//! the machine that came of it as JSON. Other clients' tests change the machine meanwhile.
//!
//! `client change http://127.0.0.1:PORT --vm myVM --add id1 --remove id2 --enable-system`

use managed_identity::compute::VIRTUAL_MACHINE;
use managed_identity::resource::{self, Named, Update, Wanted};
use serde_json::Value;

use crate::{Arguments, Result, shared};

const USAGE: &str = "change <endpoint> --vm NAME [--add ID]… [--remove ID]… [--enable-system]";

pub async fn run(arguments: Arguments) -> Result<Value> {
    let (endpoint, update) = read(arguments)?;
    let client = shared::client(&endpoint).await?;
    let machine = resource::update(&client, &update).await?;
    Ok(shared::machine_as_json(&machine))
}

/// The endpoint and the change that the arguments name.
fn read(mut arguments: Arguments) -> Result<(String, Update)> {
    let endpoint = arguments.next().ok_or(USAGE)?;
    let mut name = None;
    let (mut add, mut remove, mut system_assigned) = (Vec::new(), Vec::new(), None);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(USAGE);
        match argument.as_str() {
            "--vm" => name = Some(value()?),
            "--add" => add.push(value()?),
            "--remove" => remove.push(value()?),
            "--enable-system" => system_assigned = Some(true),
            other => return Err(format!("unknown argument {other}: {USAGE}").into()),
        }
    }
    let update = Update {
        resource: Named {
            kind: Some(VIRTUAL_MACHINE),
            target: shared::in_the_group(&name.ok_or(USAGE)?),
            api_version: None,
        },
        wanted: Wanted::Merge {
            add,
            remove,
            system_assigned,
            remove_missing: false,
        },
        no_wait: false,
        force: false,
    };
    Ok((endpoint, update))
}
