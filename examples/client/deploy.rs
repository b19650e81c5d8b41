//! Deploys a template to the emulator's first group as New-ArmDeployment does, and prints what
//! became of it as JSON.
//!
//! `client deploy http://127.0.0.1:PORT --name d1 --template FILE --parameters FILE`

use std::fs;

use managed_identity::deployment::{Deploy, Parameters, deploy};
use serde_json::{Value, json};

use crate::{Arguments, Result, shared};

const USAGE: &str = "deploy <endpoint> --name NAME --template FILE --parameters FILE";

pub async fn run(arguments: Arguments) -> Result<Value> {
    let arguments: Vec<String> = arguments.collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [
        endpoint,
        "--name",
        name,
        "--template",
        template,
        "--parameters",
        parameters,
    ] = arguments[..]
    else {
        return Err(USAGE.into());
    };
    let client = shared::client(endpoint).await?;
    let wanted = Deploy {
        target: shared::in_the_group(name),
        template: fs::read_to_string(template)?,
        parameters: Some(Parameters::File(fs::read_to_string(parameters)?)),
    };
    let made = deploy(&client, &wanted).await?;
    let resources = made.properties.output_resources.iter();
    Ok(json!({
        "id": made.id,
        "name": made.name,
        "provisioningState": made.properties.provisioning_state,
        "mode": made.properties.mode,
        "timestamp": made.properties.timestamp,
        "duration": made.properties.duration,
        "correlationId": made.properties.correlation_id,
        "outputs": made.properties.outputs,
        "resources": resources.map(|one| &one.id).collect::<Vec<_>>(),
    }))
}
