use super::Declarations;

/// What a declaration generates, or what is wrong with it.
fn read(text: &str) -> super::Result<Declarations> {
    Declarations::read([("types.rs", text)])
}

fn rust(text: &str) -> String {
    read(text).unwrap().rust().unwrap()
}

fn csharp(text: &str) -> String {
    read(text).unwrap().csharp("here").unwrap()
}

fn failure(text: &str) -> String {
    read(text)
        .and_then(|declarations| {
            declarations.rust()?;
            declarations.csharp("here")
        })
        .unwrap_err()
}

#[test]
fn a_record_that_the_host_passes_in_is_read() {
    const RECORD: &str = "
        #[azmi(reads = a::B, class = Target)]
        pub struct AzmiTarget {
            /// The [`id`] & more.
            ///
            /// For C alone.
            #[azmi(optional)]
            pub resource_id: AzmiStr,
            #[azmi(member = wait, with = seconds, none = -1)]
            pub wait_s: i32,
            #[azmi(optional)]
            pub tags: *const AzmiTag,
            pub tags_len: usize,
        }";
    let rust = rust(RECORD);
    assert!(rust.contains("impl Read for AzmiTarget {\n    type Owned = crate::a::B;"));
    assert!(rust.contains(" resource_id: text(self.resource_id)?,\n"));
    assert!(rust.contains(" wait: seconds(self.wait_s),\n"));
    let tags = "tags: (!self.tags.is_null()).then_some(tags(self.tags, self.tags_len)?),\n";
    assert!(rust.contains(tags), "{rust}");
    let csharp = csharp(RECORD);
    assert!(csharp.contains("/// <summary>The <c>id</c> &amp; more.</summary>\n"));
    assert!(csharp.contains("public string? ResourceId;\n"));
    assert!(csharp.contains("wait_s = WaitS ?? -1,\n"));
    assert!(csharp.contains("tags_len = (nuint)(Tags?.Count ?? 0),\n"));
    assert!(!csharp.contains("For C alone"));
}

#[test]
fn a_record_that_the_host_is_given_is_filled() {
    const RECORD: &str = "
        #[azmi(shows = a::B, model = Thing, text = id)]
        pub struct AzmiThing {
            pub id: AzmiStr,
            #[azmi(member = properties.group, optional)]
            pub resource_group: AzmiStr,
            #[azmi(member = id, with = name_of, hidden)]
            pub name: AzmiStr,
            #[azmi(member = kind())]
            pub kind: AzmiKind,
            pub parts: *const AzmiStr,
            pub parts_len: usize,
        }
        #[azmi(constants = \"AZMI_KIND_\", of = a::Kind, class = Kind)]
        pub type AzmiKind = u32;
        /// The first.
        pub const AZMI_KIND_FIRST_ONE: u32 = 1;
        #[azmi(name = Other)]
        pub const AZMI_KIND_SECOND: u32 = 2;
        #[azmi()]
        pub struct AzmiEvent {
            #[azmi(item)]
            pub thing: *const AzmiThing,
        }";
    let rust = rust(RECORD);
    let group = "absent_if_empty(Show::show(&self.properties.group, held))";
    assert!(rust.contains(&format!("resource_group: {group},\n")));
    assert!(rust.contains("name: name_of(&self.id, held),\n"));
    assert!(rust.contains("kind: self.kind().number(),\n"));
    assert!(rust.contains("let (parts, parts_len) = held.array(&self.parts);\n"));
    assert!(rust.contains("AZMI_KIND_SECOND => Some(Self::Second),\n"));
    assert!(rust.contains("event.thing = held.keep(record);\n"));
    let csharp = csharp(RECORD);
    assert!(csharp.contains("internal string? _resourceGroupName;\n"));
    assert!(csharp.contains("string? ResourceGroupName { get => _resourceGroupName; internal set"));
    assert!(csharp.contains("_kind = (Kind)source->kind,\n"));
    assert!(csharp.contains("FirstOne = 1,\n") && csharp.contains("Other = 2,\n"));
    assert!(csharp.contains("source->thing is not null ? Read(source->thing)"));
    assert!(!csharp.contains("string Name"));
}

#[test]
fn a_function_that_submits_has_a_request() {
    const FUNCTION: &str = "
        #[azmi(reads)]
        pub struct AzmiMakeRequest {
            pub name: AzmiStr,
            #[azmi(required)]
            pub ids: *const AzmiStr,
            pub ids_len: usize,
            pub loud: u8,
            pub mode: AzmiMode,
        }
        /// Makes it.
        pub unsafe extern \"C\" fn azmi_thing_make(
            client: u64,
            request: *const AzmiMakeRequest,
            queue: u64,
            tag: u64,
        ) -> i32 {}";
    let csharp = csharp(FUNCTION);
    let class = "class ThingMakeRequest(ulong client, string name, IReadOnlyList<string> ids) : ChangeRequest(client)";
    assert!(csharp.contains(class), "{csharp}");
    assert!(csharp.contains("name = memory.Text(name),\n"));
    assert!(csharp.contains("loud = Loud ? (byte)1 : (byte)0,\n"));
    assert!(csharp.contains("mode = Mode(memory),\n"));
    assert!(csharp.contains("NativeMethods.azmi_thing_make(Client, &record, queue, tag)"));
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let failures = [
        (
            "#[azmi(reeds = a::B)] pub struct AzmiX {}",
            "AzmiX: unknown setting 'reeds'; known here are: reads, shows",
        ),
        (
            "#[azmi(reads = a::B)] pub struct AzmiX { #[azmi(optionel)] pub x: AzmiStr }",
            "AzmiX.x: unknown setting 'optionel'",
        ),
        (
            "#[azmi(reads = a::B)] pub struct AzmiX { pub x: String }",
            "AzmiX.x: a field of this type can't cross the boundary",
        ),
        (
            "#[azmi(reads = a::B)] pub struct AzmiX { pub x: AzmiOther }",
            "AzmiX.x: 'AzmiOther' has no #[azmi(…)]",
        ),
        (
            "#[azmi(reads = a::B)] pub struct AzmiX { pub x: *const AzmiStr }",
            "AzmiX.x: a pointer is not read",
        ),
        (
            "#[azmi(shows, class = X, text = y)] pub struct AzmiX { pub x: AzmiStr }",
            "AzmiX: there is no field 'y'",
        ),
        (
            "#[azmi(constants = \"AZMI_X_\")] pub type AzmiX = u32;",
            "AzmiX: no constant begins with 'AZMI_X_'",
        ),
        (
            "#[azmi(class = X)] pub type AzmiX = u32;",
            "AzmiX: 'constants' is missing",
        ),
        (
            "pub extern \"C\" fn azmi_x(client: u64, x: *const AzmiX, queue: u64, tag: u64) {}",
            "azmi_x: 'AzmiX' has no #[azmi(…)]",
        ),
        (
            "#[azmi(=)] pub struct AzmiX {}",
            "AzmiX: #[azmi(…)] can't be read",
        ),
        ("pub struct", "types.rs: "),
    ];
    for (text, wanted) in failures {
        let found = failure(text);
        assert!(found.starts_with(wanted), "{text}: {found}");
    }
}
