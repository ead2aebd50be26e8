//! The one binary: the server, and the command line that speaks to it.

mod access;
mod alert;
mod alertmanager;
mod backup;
mod calendar;
mod client;
mod contract;
mod demo;
mod doctor;
mod estate;
mod explain;
mod history;
mod incident;
mod installation;
mod journal;
mod login;
mod many;
mod moving;
mod objective;
mod oncall;
mod openslo;
mod outbox;
mod page;
mod person;
mod report;
mod routing;
mod saved;
mod screen;
mod serve;
mod settings;
mod silence;
mod slo;
mod trouble;
mod tuning;

use std::process::ExitCode;

/// A flood of alerts is a flood of small allocations: a quarter of its time with the system's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::client::Server;
use crate::screen::Screen;
use crate::trouble::{EXIT_CODES, Outcome};

/// Keeps digital products within their service contracts.
#[derive(Parser, Debug)]
#[command(name = "operate", version, propagate_version = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    server: Server,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Show what applying files of the estate would change.
    Plan(estate::Plan),
    /// Apply files of the estate.
    Apply(estate::Apply),
    /// Check files of the estate without a server.
    Check(estate::Check),
    /// Write the estate as YAML.
    Export(estate::Export),
    /// Take an item over from its file, to change it in the product.
    TakeOver(estate::TakeOver),
    /// When a rule comes, when something is due, how much working time has passed.
    Calendar(calendar::CalendarArgs),
    /// Who is on call, by schedules in files.
    Oncall(oncall::OncallArgs),
    /// Look at objectives in files: OpenSLO, and specifications of Sloth.
    Slo(slo::SloArgs),
    /// Look at incidents and act on them.
    Incident(incident::IncidentArgs),
    /// Look at alerts and act on them.
    Alert(alert::AlertArgs),
    /// Hold alerts back for a while.
    Silence(silence::SilenceArgs),
    /// Who is told of which alerts, as it is kept in the product.
    Routing(routing::RoutingArgs),
    /// Objectives, their error budgets and counts.
    Objective(objective::ObjectiveArgs),
    /// How people are called, and whether that works.
    Person(person::PersonArgs),
    /// Who is called for an incident: snooze it, and so on.
    Page(page::PageArgs),
    /// Look after alert rules that people find useless.
    Tuning(tuning::TuningArgs),
    /// What contracts promised, and what was kept.
    Contract(contract::ContractArgs),
    /// A month of a product: incidents, times, promises, alerts and calls.
    Report(report::ReportArgs),
    /// May something be released now?
    Release(contract::ReleaseArgs),
    /// Sign in, and save the login.
    Login(login::Login),
    /// Sign out, and forget the login.
    Logout,
    /// Show who is signed in.
    Whoami,
    /// Make the first administrator.
    Setup(login::Setup),
    /// Accounts of people.
    User(access::UserArgs),
    /// API tokens of programs.
    Token(access::TokenArgs),
    /// Integration keys of systems that send alerts.
    Key(access::KeyArgs),
    /// What was done, by whom, and that nobody altered it since.
    Journal(journal::JournalArgs),
    /// Run in the place of Alertmanager, with its flags and its configuration file.
    Alertmanager(Box<alertmanager::AlertmanagerFlags>),
    /// Look at what another system is configured with, and take it over.
    Import(alertmanager::ImportArgs),
    /// Messages to the outside that could not be delivered.
    Outbox(outbox::OutboxArgs),
    /// What an administrator sets in the product.
    Settings(settings::SettingsArgs),
    /// Write a backup, also while the server runs.
    Backup(backup::Backup),
    /// Restore a backup.
    Restore(backup::Restore),
    /// Look at everything that an installation needs.
    Doctor(doctor::Doctor),
    /// Play a failure, to see what Operate makes of it.
    Demo(demo::DemoArgs),
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// What every command works with: where it prints, and which server it asks.
#[derive(Debug)]
struct Shell {
    screen: Screen,
    server: Server,
}

#[tokio::main]
async fn main() -> ExitCode {
    // One crypto provider for the whole process; a second call would only repeat the first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    let shell = Shell { screen: Screen::of_process(cli.json), server: cli.server };
    match run(cli.command, &shell).await {
        Ok(code) => code,
        Err(trouble) if shell.screen.json => {
            shell.screen.note(trouble.json());
            trouble.code.into()
        }
        Err(trouble) => {
            let name = shell.screen.paint_errors.red("operate:");
            shell.screen.note(format_args!("{name} {trouble}"));
            trouble.code.into()
        }
    }
}

async fn run(command: Command, shell: &Shell) -> Outcome {
    match command {
        Command::Serve(serve) => Ok(serve.run().await),
        Command::Alertmanager(flags) => Ok(flags.run().await),
        Command::Plan(plan) => plan.run(shell).await,
        Command::Apply(apply) => apply.run(shell).await,
        Command::Check(check) => check.run(shell),
        Command::Export(export) => export.run(shell).await,
        Command::TakeOver(over) => over.run(shell).await,
        Command::Calendar(calendar) => calendar.run(shell),
        Command::Oncall(oncall) => oncall.run(shell).await,
        Command::Slo(slo) => slo.run(shell),
        Command::Incident(incident) => incident.run(shell).await,
        Command::Alert(alert) => alert.run(shell).await,
        Command::Silence(silence) => silence.run(shell).await,
        Command::Routing(routing) => routing.run(shell).await,
        Command::Objective(objective) => objective.run(shell).await,
        Command::Person(person) => person.run(shell).await,
        Command::Page(page) => page.run(shell).await,
        Command::Tuning(tuning) => tuning.run(shell).await,
        Command::Contract(contract) => contract.run(shell).await,
        Command::Report(report) => report.run(shell).await,
        Command::Release(release) => release.run(shell).await,
        Command::Login(login) => login.run(shell).await,
        Command::Logout => login::logout(shell).await,
        Command::Whoami => login::whoami(shell).await,
        Command::Setup(setup) => setup.run(shell).await,
        Command::User(user) => user.run(shell).await,
        Command::Token(token) => token.run(shell).await,
        Command::Key(key) => key.run(shell).await,
        Command::Journal(journal) => journal.run(shell).await,
        Command::Import(import) => import.run(shell).await,
        Command::Outbox(outbox) => outbox.run(shell).await,
        Command::Settings(settings) => settings.run(shell).await,
        Command::Backup(backup) => backup.run(shell).await,
        Command::Restore(restore) => restore.run(shell).await,
        Command::Doctor(doctor) => doctor.run(shell).await,
        Command::Demo(demo) => demo.run(shell).await,
        Command::Completions { shell: kind } => {
            let mut text = Vec::new();
            clap_complete::generate(kind, &mut Cli::command(), "operate", &mut text);
            shell.screen.say(String::from_utf8_lossy(&text).trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_for_the_server_stand_before_and_after_the_command() {
        for line in [
            "operate --json incident list --priority P1",
            "operate incident list --json -p P1",
            "operate incident do 42 hold --reason supplier --json",
            "operate incident hold 42 --reason supplier",
            "operate plan -f estate -f - --prune --url http://127.0.0.1:7191",
            "operate demo outage --speed 10",
            "operate journal verify --data operate-data",
            "operate journal verify --data operate-data --expect ab12",
            "operate outbox dismiss out_1 out_2 --reason gone",
            "operate contract report ticket-sales --period 2026-10 --csv",
            "operate contract close ticket-sales --period 2026-10 --json",
            "operate release check product/tickets --purpose emergency --json",
            "operate settings set policy -f policy.json",
            "operate person try ada --channel sms --json",
            "operate routing put routing.yml --template a.tmpl --template b.tmpl --reason moved",
            "operate import alertmanager alertmanager.yml --apply --json",
            "operate import openslo slos.yaml --team payments --apply",
            "operate import pagerduty export/ -o estate/",
            "operate export -o estate.yaml",
            "operate export openslo -o slos.yaml",
            "operate objective push search --good 99 --total 100 --at 2026-03-01T12:00:00Z",
            "operate objective list --state freeze,slow --burning",
            "operate calendar occurrences --dtstart 1997-09-02 --rrule FREQ=DAILY --limit 3",
            "operate calendar due --calendar c.yaml --start T --target 8h --pause a/b --pause c/d",
            "operate calendar elapsed --calendar c.yaml --name office --from a --to b --json",
            "operate slo check a.yaml b.yaml --json",
            "operate oncall who -f estate --schedule first --at T --json",
            "operate oncall final -f estate --schedule first --from T --to T --json",
            "operate oncall gaps -f a.yaml -f b.yaml --weeks 8 --check --json",
        ] {
            let parsed = Cli::try_parse_from(line.split(' '));
            assert!(parsed.is_ok(), "{line}: {}", parsed.err().unwrap());
        }
    }
}
