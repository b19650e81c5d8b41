//! What the provider tells of machines beside their models: whether they are on, their agent, their
//! disks. It follows the operations; nothing really runs.

use serde_json::{Value, json};

use super::machine::{Instance, Machine};
use super::power::Power;
use crate::base::clock::{Millis, compute_time};

/// Of a virtual machine.
pub(crate) fn of_machine(machine: &Machine) -> Value {
    let state = &machine.provisioning_state;
    let mut view = json!({
        "hyperVGeneration": "V2",
        "disks": disks(storage_of(machine), machine.changed()),
        "statuses": statuses(state, machine.power, machine.changed()),
    });
    if machine.power == Power::Running && state != "Creating" {
        let profile = machine.properties.get("osProfile");
        add_agent(&mut view, machine, profile);
    }
    view
}

/// Of one machine of a scale set.
pub(crate) fn of_instance(set: &Machine, instance: &Instance) -> Value {
    let mut view = json!({
        "statuses": statuses("Succeeded", instance.power, set.changed()),
    });
    if instance.power == Power::Running {
        let profile = set.properties.get("virtualMachineProfile");
        add_agent(&mut view, set, profile.and_then(|p| p.get("osProfile")));
    }
    view
}

/// Of a scale set: how many of its machines are in which state.
pub(crate) fn of_set(set: &Machine) -> Value {
    let mut summary = vec![json!({
        "code": "ProvisioningState/succeeded",
        "count": set.instances.len(),
    })];
    for power in [
        Power::Starting,
        Power::Running,
        Power::Stopping,
        Power::Stopped,
        Power::Deallocating,
        Power::Deallocated,
    ] {
        let count = set.instances.iter().filter(|i| i.power == power).count();
        if count > 0 {
            summary.push(json!({ "code": power.status().0, "count": count }));
        }
    }
    json!({
        "virtualMachine": { "statusesSummary": summary },
        "statuses": [provisioning(&set.provisioning_state, set.changed())],
        "orchestrationServices": [],
    })
}

fn provisioning(state: &str, time: Millis) -> Value {
    let lower = state.to_lowercase();
    json!({
        "code": format!("ProvisioningState/{lower}"),
        "level": if state == "Failed" { "Error" } else { "Info" },
        "displayStatus": match state {
            "Updating" | "Creating" | "Deleting" => state.to_owned(),
            _ => format!("Provisioning {lower}"),
        },
        "time": compute_time(time),
    })
}

fn statuses(state: &str, power: Power, time: Millis) -> Value {
    let (code, display) = power.status();
    json!([
        provisioning(state, time),
        { "code": code, "level": "Info", "displayStatus": display },
    ])
}

fn storage_of(machine: &Machine) -> &Value {
    let own = machine.properties.get("storageProfile");
    let profile = machine.properties.get("virtualMachineProfile");
    own.or_else(|| profile.and_then(|profile| profile.get("storageProfile")))
        .unwrap_or(&Value::Null)
}

/// The disks of a storage profile that have names.
fn disks(profile: &Value, time: Millis) -> Value {
    let data = profile["dataDisks"].as_array().into_iter().flatten();
    std::iter::once(&profile["osDisk"])
        .chain(data)
        .filter_map(|disk| disk["name"].as_str())
        .map(|name| json!({ "name": name, "statuses": [provisioning("Succeeded", time)] }))
        .collect()
}

/// What the agent in a machine reports, unless it has none.
fn add_agent(view: &mut Value, machine: &Machine, profile: Option<&Value>) {
    let configuration = profile.and_then(|profile| {
        profile
            .get("linuxConfiguration")
            .or_else(|| profile.get("windowsConfiguration"))
    });
    if configuration.is_some_and(|one| one["provisionVMAgent"] == false) {
        return;
    }
    if let Some(name) = profile.and_then(|profile| profile["computerName"].as_str()) {
        view["computerName"] = json!(name);
    }
    let storage = storage_of(machine);
    let windows = storage["osDisk"]["osType"] == "Windows"
        || profile.is_some_and(|profile| profile.get("windowsConfiguration").is_some());
    let system = match storage["imageReference"]["publisher"].as_str() {
        Some("Canonical") => Some("ubuntu"),
        Some("Debian") => Some("debian"),
        Some("RedHat") => Some("rhel"),
        Some("SUSE") => Some("sles"),
        Some("MicrosoftWindowsServer") => Some("Windows Server"),
        _ => None,
    };
    if let Some(system) = system {
        view["osName"] = json!(system);
    }
    let (version, message) = if windows {
        (
            "2.7.41491.1183",
            "GuestAgent is running and processing the extensions.",
        )
    } else {
        ("2.14.0.1", "Guest Agent is running")
    };
    view["vmAgent"] = json!({
        "vmAgentVersion": version,
        "statuses": [{
            "code": "ProvisioningState/succeeded",
            "level": "Info",
            "displayStatus": "Ready",
            "message": message,
            "time": compute_time(machine.changed()),
        }],
        "extensionHandlers": [],
    });
}
