using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Report;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad play</c>: a page that replays episodes of trained policies.</summary>
internal static class PlayCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("RUN_DIR")
        {
            Description = "Folders of runs on one task, .../train/METHOD/ENVIRONMENT/seed-N each; several play side by side.",
            Arity = ArgumentArity.OneOrMore,
        };
        var episodes = new Option<int>("--episodes") { Description = "Episodes to play.", DefaultValueFactory = _ => 3, HelpName = "N" };
        var seed = new Option<long>("--seed") { Description = "Seed of the first episode; the following count up.", HelpName = "S" };
        var last = new Option<bool>("--last") { Description = "Play the last policies instead of the best ones." };
        Option<int?> limit = CommonOptions.EpisodeLimit("Steps after which an episode is cut off, instead of the limit of the run.");
        var output = new Option<string>("-o", "--output")
        {
            Description = "The page.",
            DefaultValueFactory = _ => "episodes.html",
            HelpName = "FILE",
        };
        var csv = new Option<string?>("--csv") { Description = "Write the episodes as a table too: a line a step.", HelpName = "FILE" };
        var video = new Option<string?>("--video") { Description = "Film the first episode too, as .mp4 or .gif; needs ffmpeg and Chromium.", HelpName = "FILE" };
        var open = new Option<bool>("--open") { Description = "Open the page in the browser." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("play", "Replay episodes of trained policies on a page.")
        {
            folders, episodes, seed, last, limit, output, csv, video, open, json,
        };
        Help.AddExamples(
            command,
            "dyad play runs/train/sac/Pendulum-v1/seed-0 --open",
            "dyad play runs/train/ddpg/HalfCheetah-v4/seed-0 runs/train/stddpg-al/HalfCheetah-v4/seed-0 -o both.html");
        var trust = new TrustOptions(command);
        command.SetAction(parsed => Run(
            parsed.GetValue(folders)!,
            trust.Of(parsed),
            new Wishes(
                CommonOptions.Positive(parsed.GetValue(episodes), "--episodes", 1000),
                parsed.GetValue(seed),
                parsed.GetValue(last),
                CommonOptions.EpisodeLimit(parsed, limit)),
            Path.GetFullPath(parsed.GetValue(output)!),
            parsed.GetValue(csv),
            parsed.GetValue(video),
            parsed.GetValue(open),
            parsed.GetValue(json)));
        return command;
    }

    private sealed record Wishes(int Episodes, long Seed, bool Last, int? Limit);

    private static int Run(string[] folders, StoredCode code, Wishes wishes, string page, string? csv, string? video, bool open, bool json)
    {
        if (video is not null)
        {
            EpisodeFilm.RequireTools(video);
        }

        Played[] runs = [.. folders.Select(folder => Open(folder, code))];
        if (runs.FirstOrDefault(run => run.Task.Name != runs[0].Task.Name) is { } other)
        {
            throw new UserError($"policies side by side need one task, and '{folders[0]}' has {runs[0].Task.Name}, '{other.Folder}' {other.Task.Name}");
        }

        using var stopping = new Stopping();
        string[] labels = Labels(runs);
        PlayedPolicy[] policies = [.. runs.Select((run, i) => run.Play(labels[i], wishes, stopping.Token))];
        string task = runs[0].Task.Name;
        EpisodePage.Write(page, task, policies);
        if (csv is not null)
        {
            EpisodeTable.Write(Path.GetFullPath(csv), policies);
        }

        if (video is not null)
        {
            EpisodeFilm.Write(Path.GetFullPath(video), page, stopping.Token);
        }

        Tell(task, policies, page, json);
        if (open)
        {
            Browser.Open(page);
        }

        return ExitCode.Success;
    }

    // A run of either kind: a table, or networks.
    private sealed record Played(string Folder, string Method, long Seed, LocatedTask Task, Func<string, Wishes, CancellationToken, PlayedPolicy> Play);

    private static Played Open(string folder, StoredCode code)
    {
        if (TabularRun.Find(folder, code) is { } table)
        {
            return new Played(table.Folder, table.Config.Method.Name, table.Config.Training.Seed, table.Task, (label, wishes, cancellation) => Play(table, label, wishes, cancellation));
        }

        StoredRun run = Located.Run(folder, "leave a policy to play", code);
        return new Played(run.Directory.FullPath, run.Method, run.Config.Training.Seed, run.Task, (label, wishes, cancellation) => Play(run, label, wishes, cancellation));
    }

    private static PlayedPolicy Play(TabularRun run, string label, Wishes wishes, CancellationToken cancellation)
    {
        using IEnvironment task = (wishes.Limit is null ? run.Task : run.Task.WithLimit(wishes.Limit)).Create();
        return new PlayedPolicy(
            label,
            $"{label}, seed {NumberText.Of(run.Config.Training.Seed)}, last policy, values as of step {NumberText.Of(run.Table.Step)}",
            [.. EpisodePlayer.Play(task, run.Task.Name, run.Policy, null, wishes.Episodes, wishes.Seed, cancellation).Select(run.WithValues)]);
    }

    private static PlayedPolicy Play(StoredRun run, string label, Wishes wishes, CancellationToken cancellation)
    {
        // The critic comes with a checkpoint, a policy alone in a file of its own.
        using AgentTraining? training = run.TryRestore(StandardError.Tell);
        using IEnvironment task = (wishes.Limit is null ? run.Task : run.Task.WithLimit(wishes.Limit)).CreateForAgents();
        IAgent agent = training?.Agent ?? run.LoadAgent(wishes.Last);
        if (training is not null)
        {
            run.LoadAgent(wishes.Last).Policy.Values.CopyTo(agent.Policy.Values);
        }

        string which = wishes.Last ? "last" : "best";
        string step = training is null ? "" : $", values as of step {NumberText.Of(training.Step)}";
        return new PlayedPolicy(
            label,
            $"{label}, seed {NumberText.Of(run.Config.Training.Seed)}, {which} policy{step}",
            EpisodePlayer.Play(task, run.Task.Name, new AgentPolicy(agent), training is null ? null : agent as IValuing, wishes.Episodes, wishes.Seed, cancellation));
    }

    // The folder's label, with what tells it from others of the same one.
    private static string[] Labels(Played[] runs)
    {
        string[] labels = [.. runs.Select(run => Directory.GetParent(run.Folder)?.Parent?.Name is { Length: > 0 } name ? name : run.Method)];
        string[] seeded = [.. runs.Select((run, i) => labels.Count(label => label == labels[i]) == 1 ? labels[i] : $"{labels[i]}, seed {NumberText.Of(run.Seed)}")];
        return [.. seeded.Select((label, i) => seeded.Count(other => other == label) == 1 ? label : $"{label} ({i + 1})")];
    }

    private static void Tell(string task, PlayedPolicy[] policies, string page, bool json)
    {
        if (json)
        {
            StandardOutput.Json(new JsonObject
            {
                ["environment"] = task,
                ["page"] = page,
                ["policies"] = new JsonArray([.. policies.Select(policy => new JsonObject
                {
                    ["label"] = policy.Label,
                    ["episodes"] = new JsonArray([.. policy.Episodes.Select(EpisodeTable.Document)]),
                })]),
            });
            return;
        }

        foreach (PlayedPolicy policy in policies)
        {
            StandardOutput.Line($"{policy.Detail}: return {string.Join(", ", policy.Episodes.Select(episode => $"{episode.Recording.Return:0.00}"))}");
        }

        StandardOutput.Line($"Page: {page}");
    }
}
