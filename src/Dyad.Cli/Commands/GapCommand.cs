using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad gap</c>: the gradients of a run's actor against the true derivative of its objective.</summary>
internal static class GapCommand
{
    public static Command Create()
    {
        var defaults = new GapOptions();
        var folder = new Argument<string>("RUN_DIR") { Description = "The folder of one run: .../train/METHOD/ENVIRONMENT/seed-N." };
        var rollouts = new Option<int>("--rollouts")
        {
            Description = "Rollouts of each branch of a difference quotient.",
            DefaultValueFactory = _ => defaults.Rollouts,
            HelpName = "N",
        };
        var horizon = new Option<int>("--horizon")
        {
            Description = "Steps of a rollout; by default until gamma^t is 1 %, and the time limit where gamma is 1.",
            HelpName = "H",
        };
        var batches = new Option<int>("--batches")
        {
            Description = "Independent batches of each estimator.",
            DefaultValueFactory = _ => defaults.Batches,
            HelpName = "N",
        };
        var batch = new Option<int>("--batch") { Description = "Transitions in a batch, steps of new episodes on policy; by default as many as in an update.", HelpName = "N" };
        var seed = new Option<long>("--seed") { Description = "Seed of batches, starts and noise.", HelpName = "S" };
        var entropy = new Option<string>("--entropy")
        {
            Description = "Whether J counts the entropy: in or out; by default wherever the method does.",
            HelpName = "in|out",
        };
        var starts = new Option<string>("--starts")
        {
            Description = "Where rollouts start: at the start of episodes, or in states that the policy visits.",
            DefaultValueFactory = _ => "start",
            HelpName = "start|visited",
        };
        var step = new Option<double>("--step")
        {
            Description = "Step of the difference quotients in units of |theta|.",
            DefaultValueFactory = _ => defaults.Step,
            HelpName = "E",
        };
        var fullCosine = new Option<bool>("--full-cosine")
        {
            Description = $"Compute the whole gradient of J, for the cosines with it; of an actor with at most {MeasuredGap.LargestFullGradient} parameters.",
        };
        var truth = new Option<string>("--truth")
        {
            Description = "Where the gradient of J comes from: exact, from the finite MDP of a task with a softmax policy, or rollouts; by default exact where it can be had and nothing is said of rollouts.",
            HelpName = "exact|rollouts",
        };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("gap", "The gradients of a run's actor, held against the true derivative of its objective in the simulator.")
        {
            folder, truth, rollouts, horizon, batches, batch, seed, entropy, starts, step, fullCosine, json,
        };
        var trust = new TrustOptions(command);
        Help.AddExamples(
            command, "dyad gap runs/train/res-sac/Pendulum-v1/seed-0", "dyad gap runs/train/sac/Pendulum-v1/seed-0 --starts visited --rollouts 1000 --json",
            "dyad gap runs/train/sac-discrete/FourRoom/seed-0 --batches 100");
        Option[] ofRollouts = [rollouts, horizon, starts, step, fullCosine];
        command.SetAction(parsed => Run(
            parsed.GetValue(folder)!,
            trust.Of(parsed),
            new GapOptions
            {
                Rollouts = AtLeast(3, parsed.GetValue(rollouts), "--rollouts"),
                Horizon = parsed.GetResult(horizon) is null ? null : CommonOptions.Positive(parsed.GetValue(horizon), "--horizon"),
                Batches = AtLeast(2, parsed.GetValue(batches), "--batches"),
                BatchSize = CommonOptions.BatchSize(parsed, batch),
                Entropy = Entropy(parsed.GetValue(entropy)),
                Starts = Starts(parsed.GetValue(starts)!),
                Step = Step(parsed.GetValue(step)),
                FullCosine = parsed.GetValue(fullCosine),
            },
            parsed.GetValue(seed),
            parsed.GetValue(json),
            parsed.GetValue(truth),
            ofRollouts.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name));
        return command;
    }

    private static int Run(string folder, StoredCode code, GapOptions options, long seed, bool json, string? truth, string? ofRollouts)
    {
        StoredRun run = Located.Run(folder, "has a gap to measure", code);
        if (truth is not (null or "exact" or "rollouts"))
        {
            throw new UserError($"--truth is '{truth}'; it must be exact or rollouts");
        }

        if (truth == "exact" && ofRollouts is not null)
        {
            throw new UserError($"--truth is exact, and {ofRollouts} is for rollouts: leave one of them out");
        }

        if (truth == "exact" || (truth is null && ofRollouts is null && run.Task.Mdp is not null))
        {
            using AgentTraining exact = run.TryRestore(StandardError.Tell) ?? throw new UserError($"'{run.Directory.FullPath}' has no checkpoint yet");
            if (truth == "exact" || ExactGap.Knows(exact.Agent))
            {
                return ExactGapOutput.Run(run, exact, options, seed, json);
            }
        }

        using AgentTraining training = run.Restore(
            $"'{folder}' is a run of {run.Method}; the gap is measured of sac, ddpg, td3, sac-discrete, ac and their leading and residual versions", StandardError.Tell);
        using var stopping = new Stopping();
        MeasuredGap gap = ProgressDisplay.Bar(
            $"gap of {run.Method} on {run.Task.Name}",
            progress => training.Agent is EpochAgent onPolicy
                ? MeasuredGap.Of(onPolicy, run.CreateTask, options, new RandomStream(seed), progress, stopping.Token)
                : MeasuredGap.Of((GameAgent)training.Agent, run.CreateTask, options, new RandomStream(seed), progress, stopping.Token));
        if (json)
        {
            StandardOutput.Json(Document(run, training.Step, gap, options, seed));
        }
        else
        {
            Print(run, training.Step, gap, options, training.Agent is EpochAgent);
        }

        return ExitCode.Success;
    }

    private static JsonObject Document(StoredRun run, long step, MeasuredGap gap, GapOptions options, long seed) => new()
    {
        ["method"] = run.Method,
        ["environment"] = run.Task.Name,
        ["step"] = step,
        ["seed"] = seed,
        ["truth"] = "rollouts",
        ["batch"] = gap.BatchSize,
        ["batches"] = gap.Batches,
        ["parameters"] = gap.Parameters,
        ["parameter_norm"] = gap.ParameterNorm,
        ["objective"] = new JsonObject
        {
            ["value"] = Interval(gap.Objective),
            ["discount"] = gap.Rollouts.Discount,
            ["horizon"] = gap.Rollouts.Horizon,
            ["entropy"] = gap.Rollouts.Entropy ? "in" : "out",
            ["starts"] = NameOf(gap.Starts),
            ["rollouts"] = options.Rollouts,
            ["failures"] = gap.Failures,
        },
        ["difference_step"] = gap.Step,
        ["stackelberg_rule"] = gap.IsOwnRule ? "run" : "default",
        ["gradient_norm_squared"] = gap.GradientNormSquared is { } norm ? StandardOutput.Number(norm) : null,
        ["estimators"] = new JsonArray([.. gap.Estimators.Select(estimator => new JsonObject
        {
            ["name"] = estimator.Name,
            ["norm_squared"] = StandardOutput.Number(estimator.NormSquared),
            ["variance"] = StandardOutput.Number(estimator.Variance),
            ["signal_to_noise"] = StandardOutput.Number(estimator.SignalToNoise),
            ["cosine_to_plain"] = StandardOutput.Number(estimator.CosineToPlain),
            ["derivative"] = estimator.Derivative is { } along ? Derivative(along) : null,
            ["gain_over_plain"] = estimator.Gain is { } gain ? Interval(gain) : null,
            ["full_cosine"] = estimator.FullCosine is { } cosine ? Interval(cosine) : null,
        })]),
        ["random"] = Derivative(gap.Random),
    };

    private static JsonObject Derivative(DirectionalDerivative derivative)
    {
        JsonObject document = Interval(derivative.Full);
        document["at_half_step"] = Interval(derivative.Half);
        document["change"] = Interval(derivative.Change);
        document["linear"] = Word(derivative.Linearity);
        return document;
    }

    internal static JsonObject Interval(Estimate estimate) => new()
    {
        ["mean"] = StandardOutput.Number(estimate.Mean),
        ["low"] = StandardOutput.Number(estimate.Low),
        ["high"] = StandardOutput.Number(estimate.High),
    };

    private static void Print(StoredRun run, long step, MeasuredGap gap, GapOptions options, bool isOnPolicy)
    {
        RolloutObjective objective = gap.Rollouts;
        StandardOutput.Table(
            $"{run.Method} on {run.Task.Name} after {step} steps: derivative of J along each estimator's unit direction",
            ["direction", "#dJ at e", "#dJ at e/2", "linear", "#more than plain"],
            [
                .. gap.Estimators.Select(estimator => Row(
                    estimator.Name, estimator.Derivative, estimator.Gain is { } gain ? Text(gain) : "")),
                Row("random", gap.Random, ""),
            ]);
        StandardOutput.Line(FormattableString.Invariant(
            $"J = {Text(gap.Objective)}: sum over {objective.Horizon} steps of {objective.Discount}^t r_t{(objective.Entropy ? " and the weighted entropy" : "")}, ")
            + $"{options.Rollouts} rollouts, {(gap.Starts == StartDistribution.Start ? "from the start of episodes" : "from states that the policy visits")}"
            + FormattableString.Invariant($"; e = {gap.Step:G3}, |theta| = {gap.ParameterNorm:G4}."));
        StandardOutput.Line("Linear: the quotients at e and e/2 agree to a fifth, interval included; where they do not, they are no derivative.");
        if (gap.Failures > 0)
        {
            StandardOutput.Line($"The simulator gave up on {gap.Failures} rollouts, which count as they stood.");
        }

        string[] fullColumn = gap.GradientNormSquared is null ? [] : ["#cosine to grad J"];
        StandardOutput.Table(
            $"Estimators on {gap.Batches} batches of {gap.BatchSize} {(isOnPolicy ? "steps of new episodes" : "transitions")}",
            [
                "estimator", "#|E g|^2", "#variance of a batch", "#signal / noise", "#cosine to plain", .. fullColumn,
            ],
            gap.Estimators.Select(estimator => (string[])
            [
                estimator.Name, Text(estimator.NormSquared), Text(estimator.Variance), Text(estimator.SignalToNoise), Text(estimator.CosineToPlain),
                .. estimator.FullCosine is { } cosine ? new[] { Text(cosine) } : [],
            ]));
        PrintRule(gap.IsOwnRule);
        if (gap.GradientNormSquared is { } norm)
        {
            StandardOutput.Line($"|grad J|^2 = {Text(norm)}, over {gap.Parameters} parameters.");
        }
    }

    internal static void PrintRule(bool isOwnRule) => StandardOutput.Line(isOwnRule
        ? "The total derivative follows the run's rule."
        : "The total derivative follows a rule with default options, as the run's actor does not lead.");

    private static string[] Row(string name, DirectionalDerivative? derivative, string gain) => derivative is null
        ? [name, "-", "-", "-", gain]
        : [name, Text(derivative.Full), Text(derivative.Half), Word(derivative.Linearity), gain];

    private static int AtLeast(int least, int value, string option) => value >= least && value <= 1_000_000
        ? value
        : throw new UserError($"{option} is {value}; it must be between {least} and 1000000");

    private static bool? Entropy(string? text) => text switch
    {
        null => null,
        "in" => true,
        "out" => false,
        _ => throw new UserError($"--entropy is '{text}'; it must be in or out"),
    };

    private static StartDistribution Starts(string text) => text switch
    {
        "start" => StartDistribution.Start,
        "visited" => StartDistribution.Visited,
        _ => throw new UserError($"--starts is '{text}'; it must be start or visited"),
    };

    private static double Step(double value) => value is > 0 and <= 1
        ? value
        : throw new UserError(FormattableString.Invariant($"--step is {value}; it must be above 0 and at most 1"));

    private static string NameOf(StartDistribution starts) => starts == StartDistribution.Start ? "start" : "visited";

    private static string Word(Linearity linearity) => linearity switch
    {
        Linearity.Linear => "yes",
        Linearity.NotLinear => "no",
        _ => "unclear",
    };

    internal static string Text(Estimate estimate) => $"{Text(estimate.Mean)} +- {estimate.HalfWidth.ToString("G2", CultureInfo.InvariantCulture)}";

    internal static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
