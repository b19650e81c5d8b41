//! Changes the identity of a virtual machine at an emulator as Update-VmIdentity does, and prints
//! the machine that came of it as JSON. Other clients' tests change the machine meanwhile.
//!
//! `cargo run --example change -- http://127.0.0.1:PORT --vm myVM --add id1 --remove id2 --enable-system`

mod shared;

use std::error::Error;

use emulator::seed;
use managed_identity::arm::Target;
use managed_identity::compute::{self, MachineKind, Update, Upgrade, Wanted};

const USAGE: &str = "change <endpoint> --vm NAME [--add ID]… [--remove ID]… [--enable-system]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (endpoint, update) = read(std::env::args().skip(1))?;
    let client = shared::client(&endpoint).await?;
    let machine = compute::update(&client, &update).await?;
    println!("{:#}", shared::machine_as_json(&machine));
    Ok(())
}

/// The endpoint and the change that the arguments name.
fn read(mut arguments: impl Iterator<Item = String>) -> Result<(String, Update), String> {
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
            other => return Err(format!("unknown argument {other}: {USAGE}")),
        }
    }
    let update = Update {
        kind: MachineKind::VirtualMachine,
        target: Target {
            resource_group: Some(seed::RESOURCE_GROUP.to_owned()),
            name: Some(name.ok_or(USAGE)?),
            ..Target::default()
        },
        wanted: Wanted::Merge {
            add,
            remove,
            system_assigned,
            remove_missing: false,
        },
        no_wait: false,
        upgrade: Upgrade::None,
    };
    Ok((endpoint, update))
}
