//! The console: a command a line, the plugin that answers, and the last call, which each new component makes again.

use std::mem::discriminant;
use std::path::PathBuf;
use std::sync::Arc;

use lockgate_kit::case::{Answered, Case, CaseCall};
use lockgate_kit::{BenchError, CASES, Deed, Played, Session, State};
use lockgate_model::contract::actions::Action;
use serde_json::{Map, Value};

use super::acts;
use super::command::{Command, HELP, Wanted};
use super::compiled::{self, Compiled};
use super::install;
use super::tell::{Failed, Native, Said, Teller};
use super::typed::{self, Typed};
use crate::cli::client::{CliError, Client};
use crate::cli::plugin::build;
use crate::seams::Seams;

/// What happens after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    GoOn,
    Build,
    Quit,
}

/// What is worked with.
pub(super) struct Console {
    folder: PathBuf,
    teller: Teller,
    seams: Seams,
    host: Option<Client>,
    session: Option<Session>,
    component: Arc<[u8]>,
    cases: Vec<Case>,
    typed: Typed,
    last: Option<Last>,
}

/// Something that a plugin is asked.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "one is made for each line that somebody types")]
enum Ask {
    /// The call of a case, and what the provider answers beyond what the case says.
    Case(Case, Option<Answered>),
    /// An action.
    Deed(Box<Deed>),
}

/// The call that was made last.
struct Last {
    ask: Ask,
    /// What the plugin kept before it.
    state: State,
    played: Played,
}

impl Console {
    pub(super) fn new(folder: PathBuf, teller: Teller, seams: Seams, host: Option<Client>) -> Self {
        Self {
            folder,
            teller,
            seams,
            host,
            session: None,
            component: Arc::from([]),
            cases: Vec::new(),
            typed: Typed::default(),
            last: None,
        }
    }

    /// Whether there is a component that can be called.
    pub(super) fn is_ready(&self) -> bool {
        self.session.is_some()
    }

    fn problem(&self, words: impl Into<String>) {
        self.teller.say(&Said::Problem { words: words.into() });
    }

    /// Takes over what a build came to.
    ///
    /// # Errors
    ///
    /// Where there is no component yet and no change to the sources could mend that.
    pub(super) async fn built(&mut self, built: Compiled) -> Result<(), CliError> {
        let Compiled { result, began, ended } = built;
        let component: Arc<[u8]> = match result {
            Ok(component) => component.into(),
            Err(error) => return self.failed(error),
        };
        self.read_cases();
        let loaded = match &mut self.session {
            Some(session) => session.reload(&component, &self.cases).await,
            None => match Session::start(&component, &self.cases, self.seams.compiler.clone()).await {
                Ok(session) => {
                    self.session = Some(session);
                    Ok(())
                }
                Err(error) => Err(error),
            },
        };
        // Also of one that was refused: it is no longer the last one then.
        let native = self.seams.compiler.last().map(Native::from);
        if let Err(error) = loaded {
            let words = match &error {
                BenchError::Component(refusal) => build::words_of(refusal),
                _ => error.to_string(),
            };
            return self.failed(CliError::Refused(words));
        }
        let Some(session) = &self.session else { return Ok(()) };
        let reload_ms = self.seams.clock.now_ms().saturating_sub(ended);
        let (about, first) = (&session.manifest().plugin, self.component.is_empty());
        self.teller.say(&Said::Loaded {
            plugin: about.id.clone(),
            version: about.version.clone(),
            digest: session.digest().to_owned(),
            size: component.len(),
            first,
            same: component == self.component,
            build_ms: ended.saturating_sub(began),
            reload_ms,
            native,
        });
        self.component = component;
        if first {
            self.tell_cases();
        }
        self.again_with_differences().await;
        if let Some(client) = &self.host {
            match install::install(client, &self.component).await {
                Ok(said) => self.teller.say(&said),
                Err(error) => self.problem(error.to_string()),
            }
        }
        Ok(())
    }

    fn failed(&self, error: CliError) -> Result<(), CliError> {
        let words = error.to_string();
        let places = compiled::places(&words);
        if !self.is_ready() && places.is_empty() {
            return Err(error);
        }
        self.teller.say(&Said::Failed { words, places, serving: self.is_ready() });
        Ok(())
    }

    /// Cases changed, and nothing else.
    pub(super) async fn cases_changed(&mut self) {
        self.read_cases();
        if let Some(session) = &mut self.session {
            // They may name further hosts of the provider.
            if let Err(error) = session.reload(&self.component, &self.cases).await {
                self.problem(error.to_string());
            }
        }
        self.tell_cases();
        self.again_with_differences().await;
    }

    fn tell_cases(&self) {
        self.teller.say(&Said::Cases { names: self.cases.iter().map(|case| case.name.clone()).collect() });
    }

    /// Reads the cases; those from before stay where one cannot be read.
    fn read_cases(&mut self) {
        match lockgate_kit::read_cases(&self.folder.join(CASES)) {
            Ok(cases) => self.cases = cases,
            Err(problems) => problems.iter().for_each(|problem| self.problem(problem.to_string())),
        }
    }

    /// Does what a line says.
    pub(super) async fn line(&mut self, line: &str) -> Then {
        match Command::read(line) {
            Ok(None) => {}
            Ok(Some(Command::Quit)) => return Then::Quit,
            Ok(Some(Command::Build)) => return Then::Build,
            Ok(Some(command)) => self.command(command).await,
            Err(words) => self.problem(words),
        }
        Then::GoOn
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Help => self.teller.say(&Said::Note { words: format!("{}\n{HELP}", acts::HELP) }),
            Command::Cases => self.tell_cases(),
            Command::State => self.tell_state(),
            Command::ClearState => {
                if let Some(session) = &mut self.session {
                    session.set_state(State::new());
                }
                self.tell_state();
            }
            Command::Set(key, None) => drop(self.typed.settings.remove(&key)),
            Command::Set(key, Some(value)) => match typed::setting(value) {
                Ok(value) => drop(self.typed.settings.insert(key, value)),
                Err(words) => self.problem(words),
            },
            Command::Answer(answer) => self.typed.answer = answer,
            Command::Run(text) => self.judge(&text).await,
            Command::Again => match self.again() {
                Some(ask) => self.call(ask).await,
                None => self.problem("nothing was called yet"),
            },
            Command::Call(wanted) => match self.wanted(wanted) {
                Ok((case, then)) => self.call(Ask::Case(case, then)).await,
                Err(words) => self.problem(words),
            },
            Command::Act(act) => {
                let Some(session) = &self.session else { return };
                let can = &session.manifest().capabilities;
                match act.deed(&self.typed, &self.cases, can, self.seams.clock.now_ms()) {
                    Ok(deed) => self.call(Ask::Deed(Box::new(deed))).await,
                    Err(words) => self.problem(words),
                }
            }
            // Both end the line before they come here.
            Command::Quit | Command::Build => {}
        }
    }

    fn tell_state(&self) {
        let text = |value: &[u8]| {
            let text = String::from_utf8_lossy(value).into_owned();
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        let state = self.session.iter().flat_map(|session| session.state());
        let state: Map<String, Value> = state.map(|(key, value)| (key.clone(), text(value))).collect();
        self.teller.say(&Said::State { state: Value::Object(state) });
    }

    /// The last call, answered as was said since.
    fn again(&self) -> Option<Ask> {
        let mut ask = self.last.as_ref()?.ask.clone();
        if let (Ask::Case(_, then), Some(answer)) = (&mut ask, &self.typed.answer) {
            *then = Some(answer.clone());
        }
        Some(ask)
    }

    /// The call that the words mean, and what the provider answers beyond what the call itself says.
    fn wanted(&self, wanted: Wanted) -> Result<(Case, Option<Answered>), String> {
        let now_ms = self.seams.clock.now_ms();
        match wanted {
            Wanted::Case(name) => {
                let case = self.case(&name).ok_or_else(|| self.no_case(&name, "receive ROUTE BODY, send TEXT"))?;
                Ok((case.clone(), self.typed.answer.clone()))
            }
            Wanted::Receive(name, None) => {
                let case = self.case(&name).ok_or_else(|| self.no_case(&name, "receive ROUTE BODY"))?;
                let is = !matches!(case.call, CaseCall::Send(_) | CaseCall::Preview(_));
                is.then_some((case.clone(), None)).ok_or_else(|| format!("{name} is a draft: send {name}"))
            }
            Wanted::Receive(route, Some(body)) => {
                let body = match body.strip_prefix('@') {
                    Some(file) => std::fs::read(self.folder.join(file)).map_err(|error| format!("{file}: {error}"))?,
                    None => body.into_bytes(),
                };
                Ok((self.typed.webhook(&route, body, &self.cases, now_ms), None))
            }
            Wanted::Draft { preview, words, quoted, to } => {
                let case = self.case(&words).filter(|_| !quoted);
                match case.map(|case| (case, &case.call)) {
                    None => self.typed.draft(preview, &words, to.as_deref(), &self.cases, now_ms),
                    Some((
                        _,
                        CaseCall::Receive(_)
                        | CaseCall::FollowUp(_)
                        | CaseCall::Poll(_)
                        | CaseCall::Fetch(_)
                        | CaseCall::LookUp(_)
                        | CaseCall::Act(_),
                    )) => Err(format!("{words} is no draft: receive {words}")),
                    Some((case, CaseCall::Send(draft) | CaseCall::Preview(draft))) if preview => {
                        let call = CaseCall::Preview(draft.clone());
                        Ok((Case { call, provider: Vec::new(), ..case.clone() }, None))
                    }
                    Some((case, CaseCall::Send(draft) | CaseCall::Preview(draft))) => {
                        let call = CaseCall::Send(draft.clone());
                        Ok((Case { call, ..case.clone() }, self.typed.answer.clone()))
                    }
                }
            }
        }
    }

    /// A case by its name, or by the end of it behind a folder.
    fn case(&self, name: &str) -> Option<&Case> {
        let ends = |case: &&Case| case.name.strip_suffix(name).is_some_and(|rest| rest.ends_with('/'));
        self.cases.iter().find(|case| case.name == name).or_else(|| self.cases.iter().find(ends))
    }

    fn no_case(&self, name: &str, other: &str) -> String {
        let like: Vec<&str> =
            self.cases.iter().map(|case| case.name.as_str()).filter(|case| case.contains(name)).take(5).collect();
        let like = if like.is_empty() {
            "cases shows all of them".to_owned()
        } else {
            format!("there is {}", like.join(", "))
        };
        format!("there is no case {name:?}; {like}; what is no case: {other}")
    }

    async fn judge(&mut self, text: &str) {
        let Some(session) = &mut self.session else { return };
        let (mut failed, mut count) = (Vec::new(), 0);
        for case in self.cases.iter().filter(|case| case.name.contains(text)) {
            count += 1;
            let differences = session.judge(case).await;
            if !differences.is_empty() {
                failed.push(Failed { case: case.name.clone(), differences });
            }
        }
        self.teller.say(&Said::Ran { cases: count, passed: count - failed.len(), failed });
    }

    async fn call(&mut self, ask: Ask) {
        let Some(session) = &mut self.session else { return };
        let state = session.state().clone();
        match ask.of(session).await {
            Ok(played) => {
                self.teller.say(&Said::Call { name: ask.name(), played: Box::new(played.clone()) });
                self.typed.heard(played.outcome.as_ref(), ask.action());
                self.last = Some(Last { ask, state, played });
            }
            Err(problems) => self.problem(problems.join("\n  ")),
        }
    }

    /// Makes the last call again, on what was kept before it, and says what is otherwise.
    async fn again_with_differences(&mut self) {
        let (Some(session), Some(last)) = (&mut self.session, &mut self.last) else { return };
        if let Ask::Case(case, _) = &mut last.ask {
            // As it is now in its file, unless the console made something else of it, as `preview` does.
            let same_call = |fresh: &&Case| discriminant(&fresh.call) == discriminant(&case.call);
            if let Some(fresh) = self.cases.iter().filter(|fresh| fresh.file == case.file).find(same_call) {
                *case = fresh.clone();
            }
        }
        session.set_state(last.state.clone());
        match last.ask.of(session).await {
            Ok(played) => {
                let differences = played.differences(&last.played);
                let name = last.ask.name();
                self.teller.say(&Said::Again { name, differences, played: Box::new(played.clone()) });
                last.played = played;
            }
            Err(problems) => self.teller.say(&Said::Problem { words: problems.join("\n  ") }),
        }
    }
}

impl Ask {
    async fn of(&self, session: &mut Session) -> Result<Played, Vec<String>> {
        match self {
            Self::Case(case, then) => session.play(case, then.clone()).await,
            Self::Deed(deed) => Ok(session.act(deed).await),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Case(case, _) => case.name.clone(),
            Self::Deed(deed) => deed.like.name.clone(),
        }
    }

    fn action(&self) -> Option<&Action> {
        match self {
            Self::Case(..) => None,
            Self::Deed(deed) => Some(&deed.action),
        }
    }
}
