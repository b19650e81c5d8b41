//! The measures.

use super::{Counts, Figure, How, Kind, Measure, Parameter, Plot, Script, Value};

use Parameter::{AzureCli, EmulatorPath, Endpoint, Floor, ModulePath, Python};

/// All measures, in the order in which they run and stand on the page.
pub const MEASURES: &[Measure] = &[
    Measure {
        id: "import",
        how: How::Import,
        opt_in: false,
        samples: &[
            kind(
                "import-wall",
                "the whole process, wall time",
                &["module", "trivial", "bare"],
            ),
            kind(
                "import-cpu",
                "the whole process, processor time",
                &["module", "trivial", "bare"],
            ),
            kind(
                "import-within",
                "Import-Module by the clock of the session",
                &["module", "trivial"],
            ),
        ],
        figures: &[
            Figure {
                what: "Import-Module in a new process, over a trivial binary module: wall time",
                headline: true,
                target: Some(1.05),
                ..ratio("import-wall", "module", "trivial")
            },
            Figure {
                what: "Import-Module in a new process, over a trivial binary module: processor time",
                target: Some(1.05),
                ..ratio("import-cpu", "module", "trivial")
            },
            Figure {
                what: "Import-Module alone, over a trivial binary module, in the session's time",
                ..ratio("import-within", "module", "trivial")
            },
        ],
        plots: &[],
    },
    Measure {
        id: "session",
        how: How::Session,
        opt_in: false,
        samples: &[
            kind("session-wall", "the whole process, wall time", SESSION),
            kind("session-cpu", "the whole process, processor time", SESSION),
        ],
        figures: &[
            Figure {
                what: "A new process, Connect and one Get, over bare `pwsh -NoProfile`",
                headline: true,
                target: Some(1.25),
                ..ratio("session-wall", "module", "bare")
            },
            Figure {
                what: "A new process, Connect and one Get, over a trivial binary module and two calls of its command",
                ..ratio("session-wall", "module", "trivial")
            },
            Figure {
                what: "A new process that imports a trivial binary module and calls its command twice, over bare `pwsh -NoProfile`",
                ..ratio("session-wall", "trivial", "bare")
            },
            Figure {
                what: "A new process, Connect and one Get, over the same requests with Invoke-RestMethod",
                ..ratio("session-wall", "module", "invoke-restmethod")
            },
            Figure {
                what: "A new process, Connect and one Get, over `az identity show` in a new process",
                ..ratio("session-wall", "module", "az")
            },
        ],
        plots: &[],
    },
    Measure {
        id: "get-warm",
        how: script("get.ps1", &[ModulePath, Floor, Endpoint, Python, AzureCli]),
        opt_in: false,
        samples: &[kind("get-warm", "one Get in a warm session", PEERS)],
        figures: &[Figure {
            what: "One Get in a warm session, less the bare client",
            headline: true,
            target: Some(0.5),
            ..difference("get-warm", "module", "floor", "ms")
        }],
        plots: &[],
    },
    Measure {
        id: "create-1000",
        how: script(
            "create.ps1",
            &[ModulePath, Floor, Endpoint, Python, AzureCli],
        ),
        opt_in: false,
        samples: &[
            kind(
                "create-1000",
                "1,000 creates at 50 ms latency, 32 at a time",
                PEERS,
            ),
            kind("create-requests", "requests for each create", &["module"]),
        ],
        figures: &[
            Figure {
                what: "1,000 creates at 50 ms latency, `-ThrottleLimit 32`, over the bare client \
                       sending the same requests",
                headline: true,
                target: Some(1.03),
                ..ratio("create-1000", "module", "floor")
            },
            Figure {
                what: "Requests for each of many creates in a group",
                target: Some(1.1),
                unit: "requests",
                ..absolute("create-requests", "module")
            },
        ],
        plots: &[],
    },
    Measure {
        id: "pipeline",
        how: script("pipeline.ps1", &[ModulePath, Endpoint]),
        opt_in: false,
        samples: &[
            kind("pipeline", "create, list and remove", &["module"]),
            kind("pipeline-create", "create", &["module"]),
            kind("pipeline-list", "list", &["module"]),
            kind("pipeline-remove", "remove", &["module"]),
        ],
        figures: &[Figure {
            what: "200 identities created, listed and removed, over what latency and concurrency \
                   alone take",
            target: Some(1.5),
            unit: "times",
            ..absolute("pipeline", "module")
        }],
        plots: &[],
    },
    Measure {
        id: "list-10000",
        how: script("list.ps1", &[ModulePath, Floor, Endpoint, Python, AzureCli]),
        opt_in: false,
        samples: &[
            kind("list-10000", "a list of 10,000", PEERS),
            kind(
                "list-10000-first",
                "its first object",
                &["module", "floor", "invoke-restmethod", "sdk-python"],
            ),
        ],
        figures: &[
            Figure {
                what: "A list of 10,000, over the bare client",
                headline: true,
                target: Some(1.3),
                ..ratio("list-10000", "module", "floor")
            },
            Figure {
                what: "A list of 10,000, over a loop of Invoke-RestMethod",
                headline: true,
                target: Some(0.333),
                ..ratio("list-10000", "module", "invoke-restmethod")
            },
            Figure {
                what: "The first object of a list of 10,000",
                unit: "ms",
                ..absolute("list-10000-first", "module")
            },
        ],
        plots: &[],
    },
    Measure {
        id: "listed-object",
        how: script("listed-object.ps1", &[ModulePath, Floor, Endpoint]),
        opt_in: false,
        samples: &[
            kind(
                "listed-object",
                "an object, from the body to the pipeline",
                &["module"],
            ),
            kind(
                "listed-object-read",
                "an object: its part of the body arrives",
                &["floor"],
            ),
            kind(
                "listed-object-parsed",
                "and is parsed into fields",
                &["floor"],
            ),
            kind(
                "listed-object-library",
                "an object: the library's own type",
                &["module"],
            ),
            kind(
                "listed-object-record",
                "and a record of the C ABI",
                &["module"],
            ),
            kind(
                "listed-object-assigned",
                "and an object in a variable",
                &["module"],
            ),
            kind(
                "listed-object-pipeline",
                "or an object in a pipeline",
                &["module"],
            ),
        ],
        figures: &[Figure {
            what: "One listed object from the body to the pipeline, processor time",
            target: Some(10.0),
            unit: "µs",
            ..absolute("listed-object", "module")
        }],
        plots: &[],
    },
    Measure {
        id: "memory",
        how: script("memory.ps1", &[ModulePath, Endpoint]),
        opt_in: false,
        samples: &[
            kind(
                "memory-stream",
                "growth of the process with 100,000 streamed identities",
                &["module"],
            ),
            kind(
                "memory-fleet",
                "growth of the process with 2,000 updated machines",
                &["module"],
            ),
            kind(
                "fleet-over-ideal",
                "the time of 2,000 updates over what latency and concurrency alone take",
                &["module"],
            ),
        ],
        figures: &[
            Figure {
                what: "Memory that 100,000 streamed identities add",
                headline: true,
                target: Some(25.0),
                unit: "MB",
                ..absolute("memory-stream", "module")
            },
            Figure {
                what: "Memory that 2,000 updated machines add",
                target: Some(25.0),
                unit: "MB",
                ..absolute("memory-fleet", "module")
            },
            Figure {
                what: "2,000 updates over what latency and concurrency alone take",
                target: Some(1.3),
                unit: "times",
                ..absolute("fleet-over-ideal", "module")
            },
        ],
        plots: &[],
    },
    Measure {
        id: "update-late",
        how: script("update.ps1", &[ModulePath, Endpoint, AzureCli]),
        opt_in: false,
        samples: &[
            Kind {
                name: "update-late",
                what: "from the end of Azure's operation to the end of the command",
                series: &["module", "az"],
                at: Some("an operation of {} s"),
            },
            Kind {
                name: "update-polls",
                what: "requests for the state of the operation in the first minute",
                series: &["module", "az"],
                at: Some("an operation of {} s"),
            },
        ],
        figures: &[
            Figure {
                what: "Update-VmIdentity returns after Azure is done: the latest of all rounds",
                headline: true,
                counts: Counts::Worst,
                target: Some(1.0),
                unit: "s",
                ..absolute("update-late", "module")
            },
            Figure {
                what: "Polls in the first minute, less those of the Azure CLI: the most of all rounds",
                counts: Counts::Worst,
                target: Some(0.0),
                ..difference("update-polls", "module", "az", "requests")
            },
        ],
        plots: &[],
    },
    Measure {
        id: "connections",
        how: script("connections.ps1", &[ModulePath, Floor, EmulatorPath]),
        opt_in: false,
        samples: &[
            kind(
                "connections-sockets",
                "sockets of Gets, 32 at a time, https",
                OWN,
            ),
            kind(
                "connections-sockets-http",
                "sockets of Gets, 32 at a time, http",
                OWN,
            ),
            way("gets-http1", "1,000 Gets by HTTP/1.1"),
            way("gets-http2", "1,000 Gets by HTTP/2"),
            way("gets-http1-cpu", "1,000 Gets by HTTP/1.1, processor time"),
            way("gets-http2-cpu", "1,000 Gets by HTTP/2, processor time"),
            way("gets-http1-sockets", "1,000 Gets by HTTP/1.1, sockets"),
            way("gets-http2-sockets", "1,000 Gets by HTTP/2, sockets"),
            way("list-http1", "a list by HTTP/1.1"),
            way("list-http1-gzip", "a list by HTTP/1.1, compressed"),
            way("list-http2", "a list by HTTP/2"),
            way("list-http2-gzip", "a list by HTTP/2, compressed"),
            way("list-http1-cpu", "a list by HTTP/1.1, processor time"),
            way(
                "list-http1-gzip-cpu",
                "a list by HTTP/1.1, compressed, processor time",
            ),
            way("list-http2-cpu", "a list by HTTP/2, processor time"),
            way(
                "list-http2-gzip-cpu",
                "a list by HTTP/2, compressed, processor time",
            ),
            Kind {
                at: None,
                ..way("page-identity", "the body of a page")
            },
            Kind {
                at: None,
                ..way("page-gzip", "the body of a page, compressed")
            },
        ],
        figures: &[],
        plots: &[],
    },
    Measure {
        id: "growth",
        how: script("growth.ps1", &[ModulePath, Floor, Endpoint]),
        opt_in: false,
        samples: &[
            kind("growth-create", "creates: time for each input", OWN),
            kind("growth-get", "gets: time for each input", OWN),
            kind("growth-update", "updates of tags: time for each input", OWN),
            kind("growth-list", "a list: time for each object", OWN),
            kind(
                "throttle-create",
                "creates by -ThrottleLimit: time for each input",
                OWN,
            ),
        ],
        figures: &[
            growth(
                "Cost of each create, 10,000 over 100",
                "growth-create",
                100,
                10_000,
            ),
            growth(
                "Cost of each Get, 10,000 over 100",
                "growth-get",
                100,
                10_000,
            ),
            growth(
                "Cost of each update, 10,000 over 100",
                "growth-update",
                100,
                10_000,
            ),
            growth(
                "Cost of each listed object, 100,000 over 1,000",
                "growth-list",
                1000,
                100_000,
            ),
        ],
        plots: &[
            plot("growth-create", "Creates: time for each input", "inputs"),
            plot("growth-get", "Gets: time for each input", "inputs"),
            plot(
                "growth-update",
                "Updates of tags: time for each input",
                "inputs",
            ),
            plot("growth-list", "A list: time for each object", "objects"),
            plot(
                "throttle-create",
                "Creates: time for each input, by -ThrottleLimit",
                "-ThrottleLimit",
            ),
        ],
    },
    Measure {
        id: "size",
        how: How::Size,
        opt_in: false,
        samples: &[
            kind("size-library", "the native library", &["module"]),
            kind(
                "size-emulator",
                "the emulator's native library",
                &["module"],
            ),
            kind(
                "size-package",
                "the package with the libraries of one platform",
                &["module"],
            ),
        ],
        figures: &[
            Figure {
                headline: true,
                ..size("Size of the native library", "size-library", 4.0)
            },
            size(
                "Size of the emulator's native library",
                "size-emulator",
                3.0,
            ),
            size("Size of the package of one platform", "size-package", 4.0),
        ],
        plots: &[],
    },
    Measure {
        id: "demo",
        how: How::Demo,
        opt_in: true,
        samples: &[
            kind("demo-cpu", "processor time", &["module"]),
            kind("demo-wall", "wall time", &["module"]),
        ],
        figures: &[Figure {
            what: "`cargo xtask demo` from an empty clone with an empty cache, processor time",
            target: Some(7.0),
            unit: "min",
            ..absolute("demo-cpu", "module")
        }],
        plots: &[],
    },
    Measure {
        id: "test",
        how: How::Test,
        opt_in: true,
        samples: &[
            kind("test-wall", "wall time", &["module"]),
            kind("test-cpu", "processor time", &["module"]),
        ],
        figures: &[Figure {
            what: "`cargo xtask test`, all built before, wall time",
            target: Some(6.0),
            unit: "min",
            ..absolute("test-wall", "module")
        }],
        plots: &[],
    },
];

/// The module, the bare client, and what people use today.
const PEERS: &[&str] = &["module", "floor", "invoke-restmethod", "sdk-python", "az"];

const OWN: &[&str] = &["module", "floor"];

/// What a new session is started with, side by side.
pub const SESSION: &[&str] = &["module", "bare", "trivial", "invoke-restmethod", "az"];

/// What the cost of an input may come to: flat, but for what the machine adds.
const FLAT: f64 = 1.1;

const fn kind(name: &'static str, what: &'static str, series: &'static [&'static str]) -> Kind {
    Kind {
        name,
        what,
        series,
        at: None,
    }
}

/// A way of the bare client to send the same.
const fn way(name: &'static str, what: &'static str) -> Kind {
    Kind {
        name,
        what,
        series: &["floor"],
        at: Some("{} ms latency"),
    }
}

const fn script(file: &'static str, takes: &'static [Parameter]) -> How {
    How::Script(Script { file, takes })
}

/// A figure that the others begin with.
const fn figure(of: &'static str, value: Value) -> Figure {
    Figure {
        what: "",
        of,
        value,
        counts: Counts::Median,
        target: None,
        unit: "",
        headline: false,
    }
}

const fn absolute(of: &'static str, series: &'static str) -> Figure {
    figure(of, Value::Of(series))
}

const fn ratio(of: &'static str, one: &'static str, other: &'static str) -> Figure {
    Figure {
        unit: "times",
        ..figure(of, Value::Ratio(one, other))
    }
}

const fn difference(
    of: &'static str,
    one: &'static str,
    other: &'static str,
    unit: &'static str,
) -> Figure {
    Figure {
        unit,
        ..figure(of, Value::Difference(one, other))
    }
}

const fn growth(what: &'static str, of: &'static str, from: u64, to: u64) -> Figure {
    Figure {
        what,
        target: Some(FLAT),
        unit: "times",
        ..figure(of, Value::Growth("module", from, to))
    }
}

const fn size(what: &'static str, of: &'static str, target: f64) -> Figure {
    Figure {
        what,
        target: Some(target),
        unit: "MB",
        ..absolute(of, "module")
    }
}

const fn plot(of: &'static str, title: &'static str, x: &'static str) -> Plot {
    Plot {
        file: of,
        title,
        of,
        x,
    }
}
