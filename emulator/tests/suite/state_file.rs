#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use emulator::{Emulator, Options, StartError};
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Azure, C, in_group, key, sub, uai, vm};

/// A folder of its own that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("emulator-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn options(&self) -> Options {
        Options {
            state_path: Some(self.0.join("state.json")),
            ..Options::default()
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_later_emulator_goes_on_where_the_first_stopped() {
    let folder = Folder::new("later");
    let file = folder.0.join("state.json");
    let azure = Azure::with(folder.options()).await;
    let identity = azure.identity("abc").await;
    // While an operation runs, too: it ends in the next run.
    azure.patch(&vm("myVM"), json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": { key("abc"): {} }}})).await.is(200);
    azure.set(json!({"pageSize": 7})).await;
    azure.emulator.stop().await;
    assert!(file.exists());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(&azure.token), "tokens are not kept");
    let names: Vec<_> = std::fs::read_dir(&folder.0)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, ["state.json"], "nothing is left beside it");

    let azure = Azure::with(Options {
        operation_time: Duration::ZERO,
        ..folder.options()
    })
    .await;
    assert_eq!(azure.get(&uai("abc")).await.is(200).json(), identity);
    let machine = azure.get(&vm("myVM")).await.json();
    assert_eq!(machine["etag"], "\"2\"");
    let settings = azure
        .admin(Method::GET, "/settings", Value::Null)
        .await
        .json();
    assert_eq!(settings["pageSize"], 50, "settings are not kept");
    azure.emulator.stop().await;
}

#[tokio::test]
async fn locks_tags_roles_and_power_are_in_the_file() {
    let folder = Folder::new("locks");
    let machine = in_group("Microsoft.Compute/virtualMachines/myVM");
    let lock =
        format!("{machine}/providers/Microsoft.Authorization/locks/keep?api-version=2020-05-01");
    let role = sub(
        "/providers/Microsoft.Authorization/roleDefinitions/11111111-2222-4333-8444-555555555555?api-version=2022-04-01",
    );
    let tags = format!(
        "{}/providers/Microsoft.Resources/tags/default?api-version=2021-04-01",
        sub("")
    );
    let azure = Azure::with(folder.options()).await;
    azure
        .post(&format!("{machine}/deallocate?{C}"), Value::Null)
        .await
        .is(202);
    let lock_body = json!({"properties": {"level": "ReadOnly"}});
    azure.put(&lock, lock_body).await.is(201);
    let role_body = json!({"properties": {"roleName": "Own", "assignableScopes": [sub("")]}});
    azure.put(&role, role_body).await.is(201);
    let tag_body = json!({"properties": {"tags": {"a": "b"}}});
    azure.put(&tags, tag_body).await.is(200);
    let before = [
        azure.get(&lock).await.json(),
        azure.get(&role).await.json(),
        azure.get(&tags).await.json(),
    ];
    azure.emulator.stop().await;

    let azure = Azure::with(Options {
        operation_time: Duration::ZERO,
        ..folder.options()
    })
    .await;
    for (path, before) in [&lock, &role, &tags].into_iter().zip(before) {
        assert_eq!(azure.get(path).await.is(200).json(), before, "{path}");
    }
    let view = azure
        .get(&format!("{machine}/instanceView?{C}"))
        .await
        .json();
    let power = view["statuses"][1]["code"].as_str().unwrap();
    assert!(
        ["PowerState/deallocating", "PowerState/deallocated"].contains(&power),
        "{power}"
    );
    azure.delete(&vm("myVM")).await.fails(409, "ScopeLocked");
    azure.emulator.stop().await;
}

#[tokio::test]
async fn a_change_is_in_the_file_before_the_emulator_stops() {
    let folder = Folder::new("before");
    let file = folder.0.join("state.json");
    let azure = Azure::with(folder.options()).await;
    azure.identity("abc").await;
    let written = async || {
        while !std::fs::read_to_string(&file).is_ok_and(|text| text.contains("\"abc\"")) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), written())
        .await
        .unwrap();
    // A process that is killed now loses nothing.
    drop(azure);
    let azure = Azure::with(folder.options()).await;
    azure.get(&uai("abc")).await.is(200);
}

#[tokio::test]
async fn a_damaged_file_stays_as_it_is() {
    let folder = Folder::new("damaged");
    let file = folder.0.join("state.json");
    for text in ["", "{\"format\":1,\"state\":{", "{\"format\":99}", "[]"] {
        std::fs::write(&file, text).unwrap();
        let error = Emulator::start(folder.options()).await.unwrap_err();
        assert!(
            matches!(&error, StartError::DamagedState { path, .. } if *path == file),
            "{error}"
        );
        assert!(error.to_string().contains("state.json"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.symlink_metadata().unwrap().permissions().mode() & 0o777
    }

    async fn state_error(azure: &Azure) -> Value {
        azure.admin(Method::GET, "", Value::Null).await.json()["stateError"].clone()
    }

    #[tokio::test]
    async fn the_file_is_for_its_owner_alone() {
        let folder = Folder::new("owner");
        let file = folder.0.join("state.json");
        let azure = Azure::with(folder.options()).await;
        azure.identity("abc").await;
        azure.emulator.stop().await;
        assert_eq!(mode(&file), 0o600);
        // One that others could read is replaced by one that they can't.
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        let azure = Azure::with(folder.options()).await;
        azure.identity("def").await;
        azure.emulator.stop().await;
        assert_eq!(mode(&file), 0o600);
    }

    /// Every file that has been in the folder while the emulator wrote, and its mode.
    #[tokio::test]
    async fn what_is_beside_it_while_it_is_written_is_for_its_owner_too() {
        let folder = Folder::new("beside");
        let azure = Azure::with(folder.options()).await;
        let seen = |folder: &Path| -> Vec<(String, u32)> {
            std::fs::read_dir(folder)
                .unwrap()
                .filter_map(|entry| {
                    let entry = entry.ok()?;
                    // It may be gone by now.
                    let mode = entry.metadata().ok()?.permissions().mode() & 0o777;
                    Some((entry.file_name().into_string().unwrap(), mode))
                })
                .collect()
        };
        let mut beside = 0;
        for number in 0..200 {
            azure.identity(&format!("id-{number}")).await;
            for (name, mode) in seen(&folder.0) {
                assert_eq!(mode, 0o600, "{name}");
                beside += usize::from(name != "state.json");
            }
            if beside > 0 && number > 20 {
                break;
            }
        }
        assert!(beside > 0, "no writing was seen");
        azure.emulator.stop().await;
    }

    #[tokio::test]
    async fn a_link_is_refused_at_the_start() {
        let folder = Folder::new("link");
        let file = folder.0.join("state.json");
        let (target, none) = (folder.0.join("target"), folder.0.join("none"));
        std::fs::write(&target, "mine").unwrap();
        for leads_to in [&target, &none] {
            symlink(leads_to, &file).unwrap();
            let error = Emulator::start(folder.options()).await.unwrap_err();
            assert!(matches!(error, StartError::ReadState { .. }), "{error}");
            assert!(error.to_string().contains("symbolic link"), "{error}");
            std::fs::remove_file(&file).unwrap();
        }
        assert_eq!(std::fs::read_to_string(target).unwrap(), "mine");
        assert!(!none.exists());
    }

    #[tokio::test]
    async fn a_link_that_comes_later_is_not_followed() {
        let folder = Folder::new("later-link");
        let file = folder.0.join("state.json");
        let target = folder.0.join("target");
        std::fs::write(&target, "mine").unwrap();
        // Where an older emulator wrote first.
        symlink(&target, folder.0.join("state.json.new")).unwrap();
        let azure = Azure::with(folder.options()).await;
        azure.identity("abc").await;
        let until = async |done: &dyn Fn(&Value) -> bool| {
            tokio::time::timeout(Duration::from_secs(20), async {
                while !(done(&state_error(&azure).await)) {
                    tokio::task::yield_now().await;
                }
            })
            .await
            .unwrap();
        };
        until(&|_| file.exists()).await;
        std::fs::remove_file(&file).unwrap();
        symlink(&target, &file).unwrap();
        azure.identity("def").await;
        until(&|error| {
            error
                .as_str()
                .is_some_and(|text| text.contains("symbolic link"))
        })
        .await;
        azure.emulator.stop().await;
        assert_eq!(std::fs::read_to_string(target).unwrap(), "mine");
    }

    #[tokio::test]
    async fn what_is_no_file_is_refused_and_not_waited_for() {
        let folder = Folder::new("pipe");
        let file = folder.0.join("state.json");
        let made = std::process::Command::new("mkfifo").arg(&file).status();
        assert!(made.unwrap().success());
        let error = Emulator::start(folder.options()).await.unwrap_err();
        assert!(error.to_string().contains("not a file"), "{error}");
    }
}

#[tokio::test]
async fn options_that_make_no_sense() {
    let folder = Folder::new("options");
    let options = Options {
        state_path: Some(folder.0.join("none/state.json")),
        ..Options::default()
    };
    let error = Emulator::start(options).await.unwrap_err();
    assert!(matches!(error, StartError::ReadState { .. }), "{error}");
    let error = Emulator::start(Options {
        page_size: 0,
        ..Options::default()
    })
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "page_size is 0: a page has at least one item"
    );
    let first = Emulator::start(Options::default()).await.unwrap();
    let error = Emulator::start(Options {
        port: first.port(),
        ..Options::default()
    })
    .await
    .unwrap_err();
    assert!(
        matches!(error, StartError::Listen { port, .. } if port == first.port()),
        "{error}"
    );
}
