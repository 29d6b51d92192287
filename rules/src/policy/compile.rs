//! From `*.cedar` files to compiled rules, or to every mistake in them with file, line and mend.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cedar_policy::{
    Policy, PolicyId as CedarId, PolicySet, Schema, ValidationError, ValidationMode, Validator,
};
use miette::Diagnostic;

use super::{
    GateFacts, Mentioned, Names, Policies, PolicyMistake, PolicySource, Rule, SCHEMA, Scope,
    annotations::Annotations, vocabulary::Vocabulary,
};
use crate::{
    calendar::Calendar,
    ids::{GateId, PolicyId},
    site::Site,
};

/// One policy as found in a file.
struct Found<'a> {
    source: &'a PolicySource,
    policy: Policy,
    /// Where its text begins and ends in the file, in bytes.
    from: usize,
    to: usize,
}

impl Found<'_> {
    /// A mistake at `offset` of the file.
    fn mistake(&self, offset: usize, message: String, mend: String) -> PolicyMistake {
        PolicyMistake {
            file: self.source.file.clone(),
            line: line_at(&self.source.text, offset),
            policy: self.policy.annotation("id").map(str::to_owned),
            message,
            mend,
        }
    }

    /// Where `needle` stands in the policy, or the policy begins.
    fn offset_of(&self, needle: &str) -> usize {
        let text = self.source.text.get(self.from..self.to).unwrap_or_default();
        self.from + text.find(needle).unwrap_or(0)
    }
}

pub(super) fn compile(
    sources: &[PolicySource],
    site: &Site,
    calendar: &Calendar,
) -> Result<Policies, Vec<PolicyMistake>> {
    let mut sources: Vec<&PolicySource> = sources.iter().collect();
    sources.sort_by(|left, right| left.file.cmp(&right.file));
    let vocabulary = Vocabulary::of(site, calendar);
    let version = version(&sources, site, &vocabulary);

    let mut mistakes = Vec::new();
    let mut found = Vec::new();
    for source in sources {
        parse(source, &mut found, &mut mistakes);
    }
    for (number, one) in found.iter_mut().enumerate() {
        one.policy = one.policy.new_id(CedarId::new(number.to_string()));
    }
    let annotations = annotations(&found, &mut mistakes);
    let misspelt = misspelt(&found, &vocabulary);
    mistakes.extend(validate(&found, &misspelt));
    mistakes.extend(misspelt.into_values().flatten());
    if !mistakes.is_empty() {
        mistakes.sort_by(|left, right| (&left.file, left.line).cmp(&(&right.file, right.line)));
        return Err(mistakes);
    }

    let mut mentioned = Mentioned::default();
    let rules = found.into_iter().zip(annotations).map(|(found, annotations)| {
        mentioned.add(&found.policy);
        Rule {
            scope: Scope::of(&found.policy),
            annotations,
            file: found.source.file.clone(),
            line: line_at(&found.source.text, found.from),
            policy: found.policy,
        }
    });
    let rules = rules.collect();
    let built = Names::new().and_then(|names| Ok((gates(&names, site)?, names)));
    let (gates, names) = built.map_err(|message| vec![internal(message)])?;
    Ok(Policies {
        version,
        names,
        rules,
        mentioned,
        gates,
        slices: Vec::new(),
        holders: HashMap::new(),
        moment: None,
        answers: HashMap::new(),
    })
}

/// Finds the policies of one file, or what keeps it from being read.
fn parse<'a>(
    source: &'a PolicySource,
    found: &mut Vec<Found<'a>>,
    mistakes: &mut Vec<PolicyMistake>,
) {
    let set: PolicySet = match source.text.parse() {
        Ok(set) => set,
        Err(errors) => {
            let errors: &cedar_policy::ParseErrors = &errors;
            mistakes.extend(errors.iter().map(|error| PolicyMistake {
                file: source.file.clone(),
                line: line_at(&source.text, offset_of(error).unwrap_or(0)),
                policy: None,
                message: error.to_string(),
                mend: mend_of(error, "correct the syntax; nothing else in this file was checked"),
            }));
            return;
        }
    };
    mistakes.extend(set.templates().map(|template| {
        let text = template.to_cedar();
        PolicyMistake {
            file: source.file.clone(),
            line: line_at(&source.text, source.text.find(text.as_str()).unwrap_or(0)),
            policy: template.annotation("id").map(str::to_owned),
            message:
                "a policy with `?principal` or `?resource` is a template, which nothing fills in"
                    .to_owned(),
            mend: "name the role, group or area that it is for".to_owned(),
        }
    }));
    // Cedar calls them `policy0`, `policy1`, … in the order of the file.
    let place = |policy: &Policy| -> usize {
        let id: &str = policy.id().as_ref();
        id.trim_start_matches("policy").parse().unwrap_or(usize::MAX)
    };
    let mut policies: Vec<&Policy> = set.policies().collect();
    policies.sort_by_key(|policy| place(policy));
    let mut searched = 0;
    for policy in policies {
        let text = policy.to_cedar().unwrap_or_default();
        let rest = source.text.get(searched..).unwrap_or_default();
        let from = searched + rest.find(text.as_str()).unwrap_or(0);
        let to = from + text.len();
        searched = to.min(source.text.len());
        found.push(Found { source, policy: policy.clone(), from, to });
    }
}

/// The annotations of every policy; where one is wrong, it is missing and a mistake is there.
fn annotations(found: &[Found<'_>], mistakes: &mut Vec<PolicyMistake>) -> Vec<Annotations> {
    let mut first: BTreeMap<PolicyId, &Found<'_>> = BTreeMap::new();
    let mut good = Vec::new();
    for one in found {
        match Annotations::of(&one.policy) {
            Ok(annotations) => {
                if let Some(other) = first.get(&annotations.id) {
                    let (file, line) =
                        (&other.source.file, line_at(&other.source.text, other.from));
                    let message = format!(
                        "the `@id` `{}` is that of another policy, at {file}:{line}",
                        annotations.id
                    );
                    let mend = "give one of them a name of its own".to_owned();
                    mistakes.push(one.mistake(one.offset_of("@id"), message, mend));
                }
                first.entry(annotations.id.clone()).or_insert(one);
                good.push(annotations);
            }
            Err(wrong) => {
                mistakes.extend(wrong.into_iter().map(|wrong| {
                    one.mistake(one.offset_of(&wrong.needle), wrong.message, wrong.mend)
                }));
            }
        }
    }
    good
}

/// What names things that are not there, by the policy's number.
fn misspelt(found: &[Found<'_>], vocabulary: &Vocabulary) -> BTreeMap<usize, Vec<PolicyMistake>> {
    let mut mistakes: BTreeMap<usize, Vec<PolicyMistake>> = BTreeMap::new();
    for (number, one) in found.iter().enumerate() {
        let mut entities = one.policy.entity_literals();
        entities.sort_by_key(ToString::to_string);
        entities.dedup();
        for entity in entities {
            if let Some((message, mend)) = vocabulary.mistake(&entity) {
                let offset = one.offset_of(&entity.to_string());
                mistakes.entry(number).or_default().push(one.mistake(offset, message, mend));
            }
        }
    }
    mistakes
}

/// What Cedar's strict validation says. Of a policy with a misspelt name only what is not a
/// consequence of it.
fn validate(
    found: &[Found<'_>],
    misspelt: &BTreeMap<usize, Vec<PolicyMistake>>,
) -> Vec<PolicyMistake> {
    let schema = match Schema::from_cedarschema_str(SCHEMA) {
        Ok((schema, _)) => schema,
        Err(error) => return vec![internal(error.to_string())],
    };
    let set = match PolicySet::from_policies(found.iter().map(|one| one.policy.clone())) {
        Ok(set) => set,
        Err(error) => return vec![internal(error.to_string())],
    };
    let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
    let place = |id: &CedarId| AsRef::<str>::as_ref(id).parse::<usize>().ok();
    let mistake = |id: &CedarId, report: &dyn Diagnostic, mend: &str| {
        let one = found.get(place(id)?)?;
        let offset = offset_of(report).unwrap_or(one.from);
        Some(one.mistake(offset, without_policy(&report.to_string()), mend_of(report, mend)))
    };
    let is_misspelt = |id: &CedarId| place(id).is_some_and(|number| misspelt.contains_key(&number));
    // A name that is not there makes the scope impossible as well; one report of it is enough.
    let is_consequence = |error: &ValidationError| {
        matches!(
            error,
            ValidationError::InvalidEnumEntity(_)
                | ValidationError::UnrecognizedActionId(_)
                | ValidationError::InvalidActionApplication(_)
        ) && is_misspelt(error.policy_id())
    };
    let told: Vec<&ValidationError> =
        result.validation_errors().filter(|error| !is_consequence(error)).collect();
    // A rule that can never apply, or letters that only look alike, is hardly what was meant.
    let warnings = result.validation_warnings().filter(|warning| {
        let id = warning.policy_id();
        !is_misspelt(id) && told.iter().all(|error| error.policy_id() != id)
    });
    let mut warned = BTreeSet::new();
    let warnings = warnings.filter_map(|warning| {
        warned.insert(place(warning.policy_id())).then_some(())?;
        mistake(warning.policy_id(), warning, "correct the rule, or remove it")
    });
    let errors = told.iter().filter_map(|error| {
        let mend = "see `schema.cedarschema` for what policies can speak of";
        mistake(error.policy_id(), *error, mend)
    });
    errors.chain(warnings).collect()
}

/// Cedar begins its reports with the policy, which here is only a number.
fn without_policy(report: &str) -> String {
    let rest = report.strip_prefix("for policy `").and_then(|rest| rest.split_once("`, "));
    rest.map_or(report, |(_, rest)| rest).to_owned()
}

fn offset_of(report: &dyn Diagnostic) -> Option<usize> {
    report.labels()?.map(|label| label.offset()).next()
}

fn mend_of(report: &dyn Diagnostic, otherwise: &str) -> String {
    report.help().map_or_else(|| otherwise.to_owned(), |help| help.to_string())
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// What cannot be wrong in any policy file, but must not stop the program.
fn internal(message: String) -> PolicyMistake {
    PolicyMistake {
        file: "schema.cedarschema".to_owned(),
        line: 1,
        policy: None,
        message,
        mend: "this is a mistake of OneCard itself; please report it".to_owned(),
    }
}

fn gates(names: &Names, site: &Site) -> Result<HashMap<GateId, GateFacts>, String> {
    let gates = site.gates.values().enumerate();
    gates
        .map(|(number, gate)| {
            let (entity, areas) = names.gate(site, gate)?;
            let facts = GateFacts { number, entity, areas, slices: HashMap::new() };
            Ok((gate.id.clone(), facts))
        })
        .collect()
}

/// FNV-1a, 64 bits, of everything the rules are made from, folded to 48 bits.
fn version(sources: &[&PolicySource], site: &Site, vocabulary: &Vocabulary) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |text: &str| {
        // A byte that UTF-8 never has parts one text from the next.
        for byte in text.bytes().chain([0xFF]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    take(SCHEMA);
    for source in sources {
        take(&source.file);
        take(&source.text);
    }
    vocabulary.words().for_each(&mut take);
    for area in site.areas.values() {
        take(area.parent.as_ref().map_or("", |parent| parent.as_str()));
    }
    for gate in site.gates.values() {
        take(gate.to.as_str());
        take(gate.kind.as_str());
        gate.requires.iter().for_each(|training| take(training.as_str()));
    }
    format!("{:012x}", (hash >> 48) ^ (hash & 0xFFFF_FFFF_FFFF))
}
