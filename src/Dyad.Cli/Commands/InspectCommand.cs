using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Games;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad inspect</c>: the game of a run at its newest checkpoint.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("RUN_DIR") { Description = "The folder of one run: .../train/METHOD/ENVIRONMENT/seed-N." };
        var leader = new Option<string>("--leader")
        {
            Description = "Who leads: actor or critic; by default whoever leads in the run, and the actor where nobody does.",
            HelpName = "actor|critic",
        };
        var batch = new Option<int>("--batch") { Description = "Transitions drawn from the run's replay, on policy steps of new episodes; by default as many as in an update.", HelpName = "N" };
        var steps = new Option<int>("--steps")
        {
            Description = "Steps of Lanczos and Arnoldi, which find the eigenvalues.",
            DefaultValueFactory = _ => new InspectionOptions().Steps,
            HelpName = "N",
        };
        var tolerance = new Option<double>("--tolerance")
        {
            Description = "Up to which norms count as zero, and eigenvalues in units of the largest.",
            DefaultValueFactory = _ => new InspectionOptions().Tolerance,
            HelpName = "T",
        };
        var seed = new Option<long>("--seed") { Description = "Seed of the batch and of the noise.", HelpName = "S" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("inspect", "The game of actor and critic at a run's newest checkpoint.")
        {
            folder, leader, batch, steps, tolerance, seed, json,
        };
        var trust = new TrustOptions(command);
        Help.AddExamples(command, "dyad inspect runs/train/stsac-al/Pendulum-v1/seed-0", "dyad inspect runs/train/sac/Pendulum-v1/seed-0 --leader critic --batch 1000 --json");
        command.SetAction(parsed => Run(
            parsed.GetValue(folder)!,
            trust.Of(parsed),
            new InspectionOptions
            {
                Leader = Leader(parsed.GetValue(leader)),
                BatchSize = CommonOptions.BatchSize(parsed, batch),
                Steps = CommonOptions.Positive(parsed.GetValue(steps), "--steps", 1000),
                Tolerance = Tolerance(parsed.GetValue(tolerance)),
            },
            parsed.GetValue(seed),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(string folder, StoredCode code, InspectionOptions options, long seed, bool json)
    {
        StoredRun run = Located.Run(folder, "plays a game to inspect", code);
        using AgentTraining training = run.Restore(
            $"'{folder}' is a run of {run.Method}, which plays no game of two differentiable costs", StandardError.Tell);
        if (training.Agent is EpochAgent onPolicy)
        {
            InspectOnPolicy.Write(run, training.Step, EpochInspection.Of(onPolicy, run.CreateTask, options, new RandomStream(seed)), options, seed, json);
            return ExitCode.Success;
        }

        var agent = (GameAgent)training.Agent;
        GameInspection inspection = GameInspection.Of(agent, options, new RandomStream(seed));
        if (json)
        {
            StandardOutput.Json(Document(run, training.Step, agent, inspection, options, seed));
        }
        else
        {
            Print(run, training.Step, agent, inspection, options);
        }

        return ExitCode.Success;
    }

    private static JsonObject Document(
        StoredRun run, long step, GameAgent agent, GameInspection inspection, InspectionOptions options, long seed)
    {
        SpectrumReport spectrum = inspection.Spectrum;
        LeaderDirection direction = inspection.Direction;
        EquilibriumVerdict equilibrium = inspection.Equilibrium;
        return new JsonObject
        {
            ["method"] = run.Method,
            ["environment"] = run.Task.Name,
            ["step"] = step,
            ["transitions"] = agent.Transitions,
            ["batch"] = inspection.BatchSize,
            ["seed"] = seed,
            ["actor"] = PlayerOf(spectrum.LeaderGradient, spectrum.LeaderCurvature),
            ["critic"] = PlayerOf(spectrum.FollowerGradient, spectrum.FollowerCurvature),
            ["jacobian"] = new JsonObject
            {
                ["field"] = "individual",
                ["real_min"] = spectrum.JacobianLowest.Real,
                ["real_min_imaginary"] = Math.Abs(spectrum.JacobianLowest.Imaginary),
                ["real_max"] = spectrum.JacobianHighest.Real,
                ["real_max_imaginary"] = Math.Abs(spectrum.JacobianHighest.Imaginary),
            },
            ["stackelberg_jacobian"] = new JsonObject
            {
                ["real_min"] = StandardOutput.Number(inspection.Flow.Lowest.Real),
                ["real_min_imaginary"] = StandardOutput.Number(Math.Abs(inspection.Flow.Lowest.Imaginary)),
                ["real_max"] = StandardOutput.Number(inspection.Flow.Highest.Real),
                ["real_max_imaginary"] = StandardOutput.Number(Math.Abs(inspection.Flow.Highest.Imaginary)),
            },
            ["leader"] = NameOf(inspection.Leader),
            ["total_derivative"] = TotalOf(direction, inspection.IsOwnRule),
            ["equilibrium"] = VerdictOf(equilibrium, options),
        };
    }

    internal static JsonObject TotalOf(LeaderDirection direction, bool isOwnRule) => new()
    {
        ["rule"] = isOwnRule ? "run" : "default",
        ["norm"] = StandardOutput.Number(direction.Norm),
        ["direct"] = StandardOutput.Number(direction.Direct),
        ["implicit"] = StandardOutput.Number(direction.Implicit),
        ["cosine"] = StandardOutput.Number(direction.Cosine),
        ["damping"] = direction.Damping,
        ["iterations"] = direction.Solve.Iterations,
        ["residual"] = StandardOutput.Number(direction.Solve.Residual),
        ["negative_curvature"] = direction.Solve.NegativeCurvature,
    };

    internal static JsonObject VerdictOf(EquilibriumVerdict equilibrium, InspectionOptions options) => new()
    {
        ["verdict"] = EquilibriumVerdict.Word(equilibrium.Kind),
        ["reason"] = equilibrium.Reason,
        ["tolerance"] = options.Tolerance,
        ["leader_curvature_min"] = equilibrium.LeaderCurvature is { } leader ? StandardOutput.Number(leader.Lowest) : null,
        ["leader_curvature_error"] = equilibrium.LeaderCurvature is { } checkedLeader ? StandardOutput.Number(checkedLeader.Error) : null,
    };

    internal static JsonObject PlayerOf(double gradient, ExtremeEigenvalues curvature) => new()
    {
        ["gradient"] = StandardOutput.Number(gradient),
        ["curvature_min"] = StandardOutput.Number(curvature.Lowest),
        ["curvature_max"] = StandardOutput.Number(curvature.Highest),
        ["curvature_error"] = StandardOutput.Number(curvature.Error),
        ["curvature_nearest_zero"] = StandardOutput.Number(curvature.NearestToZero),
        ["products"] = curvature.Products,
    };

    private static void Print(StoredRun run, long step, GameAgent agent, GameInspection inspection, InspectionOptions options)
    {
        SpectrumReport spectrum = inspection.Spectrum;
        LeaderDirection direction = inspection.Direction;
        EquilibriumVerdict equilibrium = inspection.Equilibrium;
        PrintPlayers(
            $"{run.Method} on {run.Task.Name} after {step} steps, {inspection.BatchSize} of {agent.Transitions} transitions",
            (spectrum.LeaderGradient, spectrum.LeaderCurvature), (spectrum.FollowerGradient, spectrum.FollowerCurvature));
        PrintTotal($"Total derivative with the {NameOf(inspection.Leader)} leading", inspection.IsOwnRule, direction);
        StandardOutput.Table(
            "Jacobian of simultaneous individual gradients, and of the Stackelberg flow",
            ["eigenvalue, of those found", "#real part", "#imaginary part"],
            [
                ["individual, with the lowest real part", Text(spectrum.JacobianLowest.Real), Text(Math.Abs(spectrum.JacobianLowest.Imaginary))],
                ["with the highest", Text(spectrum.JacobianHighest.Real), Text(Math.Abs(spectrum.JacobianHighest.Imaginary))],
                ["Stackelberg, with the lowest", Text(inspection.Flow.Lowest.Real), Text(Math.Abs(inspection.Flow.Lowest.Imaginary))],
                ["with the highest", Text(inspection.Flow.Highest.Real), Text(Math.Abs(inspection.Flow.Highest.Imaginary))],
            ]);
        StandardOutput.Line();
        StandardOutput.Line(equilibrium.LeaderCurvature is { } leader
            ? $"Lowest eigenvalue of the leader's total second derivative: {Text(leader.Lowest)}, error at most {Text(leader.Error)}."
            : "The leader's total second derivative is not computed: the follower's Hessian is not positive definite.");
        PrintVerdict(equilibrium, options);
    }

    internal static void PrintPlayers(
        string title, (double Gradient, ExtremeEigenvalues Curvature) actor, (double Gradient, ExtremeEigenvalues Curvature) critic) => StandardOutput.Table(
        title,
        ["", "#actor, cost -J", "#critic, cost L"],
        [
            ["norm of the gradient", Text(actor.Gradient), Text(critic.Gradient)],
            ["lowest eigenvalue of the Hessian", Text(actor.Curvature.Lowest), Text(critic.Curvature.Lowest)],
            ["highest eigenvalue", Text(actor.Curvature.Highest), Text(critic.Curvature.Highest)],
            ["error of both at most", Text(actor.Curvature.Error), Text(critic.Curvature.Error)],
            ["an eigenvalue is as near to 0 as", Text(actor.Curvature.NearestToZero), Text(critic.Curvature.NearestToZero)],
        ]);

    internal static void PrintTotal(string title, bool isOwnRule, LeaderDirection direction)
    {
        StandardOutput.Table(
            $"{title}, by {(isOwnRule ? "the run's rule" : "default options of the rule")}",
            ["", "#norm"],
            [
                ["total derivative", Text(direction.Norm)],
                ["direct part", Text(direction.Direct)],
                ["implicit part, before the bound", Text(direction.Implicit)],
            ]);
        StandardOutput.Line($"Cosine between the direct part and what is added to it {Text(direction.Cosine)}, damping {Text(direction.Damping)}, "
            + $"relative residual of the solve {Text(direction.Solve.Residual)}{(direction.Solve.NegativeCurvature ? ", ended at negative curvature" : "")}.");
    }

    internal static void PrintVerdict(EquilibriumVerdict equilibrium, InspectionOptions options) =>
        StandardOutput.Line($"Differential Stackelberg equilibrium: {EquilibriumVerdict.Word(equilibrium.Kind)}; {equilibrium.Reason} (tolerance {Text(options.Tolerance)}).");

    private static Player? Leader(string? text) => text switch
    {
        null => null,
        "actor" => Player.Actor,
        "critic" => Player.Critic,
        _ => throw new UserError($"--leader is '{text}'; it must be actor or critic"),
    };

    private static double Tolerance(double value) => value is > 0 and < 1
        ? value
        : throw new UserError(FormattableString.Invariant($"--tolerance is {value}; it must be between 0 and 1"));

    private static string NameOf(Player player) => player == Player.Actor ? "actor" : "critic";

    private static string Text(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
