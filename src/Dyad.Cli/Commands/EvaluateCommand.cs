using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad evaluate</c>: plays a trained policy without exploration.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("RUN_DIR") { Description = "The folder of one run, .../train/METHOD/ENVIRONMENT/seed-N, or a policy.safetensors." };
        var environment = new Argument<string?>("TASK") { Description = "Where a policy's file is played; the task that it learned if left out.", DefaultValueFactory = _ => null };
        var episodes = new Option<int>("--episodes") { Description = "Episodes to play.", DefaultValueFactory = _ => 10, HelpName = "N" };
        var seed = new Option<long>("--seed") { Description = "Seed of the first episode; the following count up.", HelpName = "S" };
        var last = new Option<bool>("--last") { Description = "Play the last policy instead of the best one." };
        Option<int?> limit = CommonOptions.EpisodeLimit("Steps after which an episode is cut off, instead of the limit of the run.");
        Option<bool> json = CommonOptions.Json();
        var command = new Command("evaluate", "Play a trained policy without exploration.") { folder, environment, episodes, seed, last, limit, json };
        var trust = new TrustOptions(command);
        Help.AddExamples(command, "dyad evaluate runs/train/sac/Pendulum-v1/seed-0 --episodes 20", "dyad evaluate policy.safetensors Pendulum-v1");
        command.SetAction(parsed => Run(
            parsed.GetValue(folder)!,
            trust.Of(parsed),
            parsed.GetValue(environment),
            CommonOptions.Positive(parsed.GetValue(episodes), "--episodes"),
            parsed.GetValue(seed),
            parsed.GetValue(last),
            CommonOptions.EpisodeLimit(parsed, limit),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(string folder, StoredCode code, string? environment, int episodes, long seed, bool last, int? limit, bool json)
    {
        (IPolicy policy, LocatedTask located) = File.Exists(folder) ? OfFile(folder, environment, code) : OfRun(folder, environment, last, code);
        located = limit is null ? located : located.WithLimit(limit);
        using IEnvironment task = policy.Task.KeepsOwnActions ? located.CreateForPolicies() : located.CreateForAgents();
        using var stopping = new Stopping();
        EvaluationResult result = Evaluation.Play(task, policy, episodes, seed, stopping.Token);
        if (json)
        {
            StandardOutput.Json(new JsonObject
            {
                ["environment"] = located.Name,
                ["episodes"] = episodes,
                ["return_mean"] = StandardOutput.Number(result.Mean),
                ["return_std"] = result.StandardDeviation,
                ["returns"] = new JsonArray([.. result.Returns.Select(value => JsonValue.Create(value))]),
                ["lengths"] = new JsonArray([.. result.Lengths.Select(value => JsonValue.Create(value))]),
                ["failures"] = result.Failures,
            });
        }
        else
        {
            StandardOutput.Line($"{located.Name}: return {result.Mean:0.00} +- {result.StandardDeviation:0.00} over {result.Returns.Count} episodes of "
                + $"{result.MeanLength:0.#} steps on average");
            if (result.Failures > 0)
            {
                StandardOutput.Line($"The simulator gave up on {result.Failures} of {episodes} episodes, which are not among them.");
            }
        }

        return ExitCode.Success;
    }

    private static (IPolicy Policy, LocatedTask Task) OfFile(string path, string? environment, StoredCode code)
    {
        var policy = Policy.Load(path);
        if (environment is null)
        {
            code.Require(path, policy.Description.Task);
        }

        string task = environment ?? code.Trust.Task ?? policy.Description.Task;
        return task.Length > 0
            ? (policy, Located.Task(task).RequireForAgents())
            : throw new UserError($"'{path}' does not name its task: give one, as in '{Shell.Command("evaluate", path, "Pendulum-v1")}'");
    }

    private static (IPolicy Policy, LocatedTask Task) OfRun(string folder, string? environment, bool last, StoredCode code)
    {
        if (environment is not null)
        {
            throw new UserError($"'{folder}' is a run, which is played on its own task; a policy's file can be played on another");
        }

        if (TabularRun.Find(folder, code) is { } table)
        {
            return (table.Policy, table.Task);
        }

        StoredRun run = Located.Run(folder, "leave a policy to play", code);
        return (run.LoadPolicy(last), run.Task);
    }
}
