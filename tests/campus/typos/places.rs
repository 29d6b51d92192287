//! Areas, gates and readers.

use super::{CAMPUS, Row};

pub const ROWS: &[Row] = &[
    // campus.toml: areas
    (CAMPUS, "id = \"outside\"", "", "campus.toml:33: areas.id: is missing"),
    (
        CAMPUS,
        "id = \"outside\"",
        "id = \"library\"",
        "areas.library.id: `library` is there twice; give one of them another id",
    ),
    (CAMPUS, "name = \"校外\"", "", "campus.toml:33: areas.outside.name: is missing"),
    (
        CAMPUS,
        "parent = \"campus\"\ncapacity",
        "parent = \"campsu\"\ncapacity",
        "campus.toml:46: areas.library.parent: no area is called `campsu`; did you mean `campus`?",
    ),
    (
        CAMPUS,
        "parent = \"campus\"\ncapacity",
        "parent = \"library\"\ncapacity",
        "campus.toml:46: areas.library.parent: lies inside itself",
    ),
    (
        CAMPUS,
        "capacity = 800",
        "capacity = -1",
        "campus.toml:47: areas.library.capacity: is -1; write a whole number from 1",
    ),
    (
        CAMPUS,
        "passback = \"soft\"",
        "passback = \"sotf\"",
        "campus.toml:41: areas.campus.passback: `sotf` is not known; did you mean `soft`?",
    ),
    (
        CAMPUS,
        "passback = \"soft\"",
        "passback = \"timed\"",
        "campus.toml:41: areas.campus.passback_minutes: is missing; add",
    ),
    (
        CAMPUS,
        "passback = \"soft\"",
        "passback = \"soft\"\npassback_minutes = 5",
        "campus.toml:42: areas.campus.passback_minutes: is for timed",
    ),
    (
        CAMPUS,
        "id = \"dorm-{1..3}\"",
        "id = \"dorm-{3..1}\"",
        "areas.id: `dorm-{3..1}` is no range; write first and last number",
    ),
    (CAMPUS, "id = \"dorm-{1..3}\"", "id = \"dorm-{1-3}\"", "areas.id: `dorm-{1-3}` is no range"),
    (CAMPUS, "[[areas]]\nid = \"lab\"", "[areas]\nid = \"lab\"", "campus.toml:49:*not TOML"),
    // campus.toml: gates
    (
        CAMPUS,
        "from = \"outside\"",
        "from = \"ouside\"",
        "gates.main-1.from: no area is called `ouside`; did you mean `outside`?",
    ),
    (CAMPUS, "from = \"outside\"", "", "gates.main-1.from: is missing"),
    (
        CAMPUS,
        "to = \"library\"",
        "to = \"campus\"",
        "gates.library-1.to: leads from `campus` into itself",
    ),
    (
        CAMPUS,
        "to = \"library\"",
        "to = \"library\"\narea = \"moon\"",
        "gates.library-1.area: no area is called `moon`",
    ),
    (
        CAMPUS,
        "kind = \"turnstile\"\nescape",
        "kind = \"turnstyle\"\nescape",
        "gates.main-1.kind: `turnstyle` is not known; did you mean `turnstile`?",
    ),
    (
        CAMPUS,
        "escape_route = true",
        "escape_route = \"yes\"",
        "gates.main-1.escape_route: is `yes`; write `true` or `false`",
    ),
    (CAMPUS, "held_open_s = 20", "held_open_s = 20000", "gates.lab-door.held_open_s: is 20000"),
    (
        CAMPUS,
        "held_open_s = 20",
        "held_open = 20",
        "gates.lab-door.held_open: is not a key*did you mean `held_open_s`?",
    ),
    (
        CAMPUS,
        "requires = [\"laser-safety\"]",
        "requires = [\"laser-saftey\"]",
        "gates.lab-door.requires: no training is called `laser-saftey`; did you mean `laser-safety`?",
    ),
    (
        CAMPUS,
        "held_open_s = 20",
        "open_during = [\"libary-hours\"]",
        "gates.lab-door.open_during: no window is called `libary-hours`; did you mean `library-hours`?",
    ),
    (
        CAMPUS,
        "id = \"lab-door\"\nname",
        "id = \"library-1\"\nname",
        "gates.library-1.id: `library-1` is there twice",
    ),
    (CAMPUS, "id = \"library-1\"\nname", "id = \"library 1\"\nname", "gates.id:*contains ` `"),
    // campus.toml: readers
    (
        CAMPUS,
        "gate = \"lab-door\"\ndirection = \"in\"",
        "gate = \"lab-dor\"\ndirection = \"in\"",
        "readers.lab-door-in.gate: no gate is called `lab-dor`; did you mean `lab-door`?",
    ),
    (
        CAMPUS,
        "gate = \"lab-door\"\ndirection = \"in\"",
        "direction = \"in\"",
        "readers.lab-door-in.gate: is missing",
    ),
    (
        CAMPUS,
        "gate = \"lab-door\"\ndirection = \"in\"",
        "gate = \"lab-door\"\ndirection = \"inn\"",
        "readers.lab-door-in.direction: `inn` is not known; did you mean `in`?",
    ),
    (
        CAMPUS,
        "gate = \"lab-door\"\ndirection = \"in\"",
        "gate = \"lab-door\"",
        "readers.lab-door-in.direction: is missing",
    ),
    (
        CAMPUS,
        "format = \"uid\"",
        "format = \"wiegand-26\"",
        "readers.library-1-in.format: `wiegand-26` is not known; did you mean `wiegand26`?",
    ),
    (
        CAMPUS,
        "text = \"hex\"",
        "text = \"hexa\"",
        "readers.library-1-in.text: `hexa` is not known; did you mean `hex`?",
    ),
    (
        CAMPUS,
        "byte_order = \"reversed\"",
        "byte_order = \"revered\"",
        "readers.library-1-in.byte_order:*did you mean `reversed`?",
    ),
    (
        CAMPUS,
        "byte_order = \"reversed\"",
        "inverted = 1",
        "readers.library-1-in.inverted: is 1; write `true` or `false`",
    ),
    (
        CAMPUS,
        "byte_order = \"reversed\"",
        "parity = true",
        "readers.library-1-in.parity: is for Wiegand",
    ),
    (
        CAMPUS,
        "id = \"lab-door-out\"",
        "id = \"lab-door-in\"",
        "readers.lab-door-in.id: `lab-door-in` is there twice",
    ),
    (
        CAMPUS,
        "# Readers:",
        "[[raeders]]\nid = \"x\"\n# Readers:",
        "raeders: is not a key*did you mean `readers`?",
    ),
];
