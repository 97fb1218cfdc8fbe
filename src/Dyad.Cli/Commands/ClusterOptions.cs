using System.CommandLine;
using Dyad.Core;
using Dyad.Studies.Slurm;

namespace Dyad.Cli.Commands;

/// <summary>The options of a study that runs on a cluster.</summary>
internal sealed class ClusterOptions
{
    private const string Here = "local", Slurm = "slurm";

    private readonly Option<string> _on = new("--on")
    {
        Description = "Where runs go on: here, or as jobs of Slurm, which go on when this command has ended.",
        DefaultValueFactory = _ => Here,
        HelpName = $"{Here}|{Slurm}",
    };

    private readonly Option<string?> _partition = Word("--partition", "NAME", "On Slurm: the partition.");
    private readonly Option<string?> _time = Word("--time", "TIME", "On Slurm: time limit of a task, after which it is put into the queue again and goes on from its checkpoint.");
    private readonly Option<string?> _memory = Word("--mem", "SIZE", "On Slurm: memory of a task.");
    private readonly Option<int?> _cores = new("--cpus-per-task") { Description = "On Slurm: cores of a task; one for each of its runs by default.", HelpName = "N" };
    private readonly Option<string?> _account = Word("--account", "NAME", "On Slurm: the account that is charged.");
    private readonly Option<string?> _constraint = Word("--constraint", "FEATURES", "On Slurm: features that nodes must have; runs are the same to the bit on one instruction set.");
    private readonly Option<int?> _arrayLimit = new("--array-limit") { Description = "On Slurm: tasks at the same time.", HelpName = "N" };
    private readonly Option<int?> _runsPerTask = new("--runs-per-task") { Description = "On Slurm: runs of a task, at the same time; 1 by default.", HelpName = "K" };
    private readonly Option<int?> _attempts = new("--attempts") { Description = "On Slurm: failures of a run after which it is given up; 3 by default.", HelpName = "N" };
    private readonly Option<string?> _further = Word("--sbatch", "OPTIONS", "On Slurm: any further options of sbatch, as --sbatch=\"--qos=long --exclude=n7\".");
    private readonly Option<bool> _wait = new("--wait") { Description = "On Slurm: stay until the jobs have ended, and tell how they stand." };
    private readonly Option<bool> _dry = new("--dry-run") { Description = "On Slurm: show the scripts, and submit nothing." };

    /// <summary>Whether to stay until the jobs have ended.</summary>
    public bool Waits(ParseResult parsed) => parsed.GetValue(_wait);

    /// <summary>Whether nothing is submitted.</summary>
    public bool IsDry(ParseResult parsed) => parsed.GetValue(_dry);

    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    private Option[] All => [_on, _partition, _time, _memory, _cores, _account, _constraint, _arrayLimit, _runsPerTask, _attempts, _further, _wait, _dry];

    /// <summary>What is asked of Slurm; null where runs go on here.</summary>
    /// <exception cref="UserError">There is no such place, or an option of Slurm is given for another one.</exception>
    public SlurmSettings? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_on) is var on && on != Slurm)
        {
            Option? stray = All[1..].FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
            return on != Here ? throw new UserError($"--on is '{on}'; it must be {Here} or {Slurm}")
                : stray is not null ? throw new UserError($"{stray.Name} is for --on {Slurm}")
                : null;
        }

        return new SlurmSettings
        {
            Partition = Line(parsed, _partition),
            Time = Line(parsed, _time),
            Memory = Line(parsed, _memory),
            Cores = Count(parsed, _cores),
            Account = Line(parsed, _account),
            Constraint = Line(parsed, _constraint),
            ArrayLimit = Count(parsed, _arrayLimit),
            RunsPerTask = Count(parsed, _runsPerTask) ?? 1,
            Attempts = Count(parsed, _attempts) ?? 3,
            Further = parsed.GetValue(_further) is { } words ? SlurmSettings.Words(words) : [],
        };
    }

    private static int? Count(ParseResult parsed, Option<int?> option) => parsed.GetValue(option) is int count ? CommonOptions.Positive(count, option.Name) : null;

    private static string? Line(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } text && text.Any(char.IsControl) ? throw new UserError($"{option.Name} must stand in one line") : parsed.GetValue(option);

    private static Option<string?> Word(string name, string value, string description) => new(name) { Description = description, HelpName = value };
}
