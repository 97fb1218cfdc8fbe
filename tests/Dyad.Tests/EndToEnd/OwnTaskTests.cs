using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

/// <summary>Builds the example of docs/environments.md as a library, once for the tests.</summary>
public sealed class OwnTaskLibrary : IAsyncLifetime
{
    /// <summary>The command line in the folder of the project.</summary>
    public CommandLine Dyad { get; } = new();

    /// <summary>The example's lines.</summary>
    public string Source { get; } = Regex.Match(
        File.ReadAllText(Repository.PathOf("docs", "environments.md")), "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

    public async ValueTask InitializeAsync()
    {
        Dyad.Write("project/Corridor.cs", Source);
        Dyad.Write("project/Others.cs", """
            using Dyad.Environments;

            public sealed class NoTask;

            public sealed class Steer : Dyad.Environments.Wrappers.EnvironmentWrapper
            {
                public Steer() : base(EnvironmentRegistry.Create("Pendulum-v1")) { }

                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation) => Inner.Step(action, observation);
            }

            public abstract class Unfinished : Dyad.Environments.Wrappers.EnvironmentWrapper
            {
                protected Unfinished() : base(new Corridor()) { }
            }

            public sealed class NeedsArgument(int n) : Dyad.Environments.Wrappers.EnvironmentWrapper(new Corridor())
            {
                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation) => new(n, false, false);
            }

            public sealed class Refuses : Dyad.Environments.Wrappers.EnvironmentWrapper
            {
                public Refuses() : base(new Corridor()) => throw new System.InvalidOperationException("no luck\ntoday");

                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation) => default;
            }

            public sealed class Endless : Dyad.Environments.Wrappers.EnvironmentWrapper
            {
                public Endless() : base(new Corridor()) { }

                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation)
                {
                    observation[0] = double.NaN;
                    return new StepResult(0, false, false);
                }
            }

            public class Changed : Dyad.Environments.Wrappers.EnvironmentWrapper
            {
                protected long Steps;

                public Changed() : base(EnvironmentRegistry.Create("Pendulum-v1")) { }

                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation)
                {
                    Steps++;
                    return Inner.Step(action, observation);
                }
            }

            public sealed class Talks : Changed
            {
                public Talks() => System.Console.WriteLine("hello from the task");

                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation)
                {
                    System.Console.Write("step ");
                    return base.Step(action, observation);
                }
            }

            public sealed class Breaks : Changed
            {
                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation)
                {
                    StepResult result = base.Step(action, observation);
                    return Steps < 350 ? result : throw new System.IO.IOException("the camera is gone");
                }
            }

            public sealed class NotANumber : Changed
            {
                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation)
                {
                    StepResult result = base.Step(action, observation);
                    if (Steps == 250) observation[2] = double.NaN;
                    return result;
                }
            }

            public sealed class Forever : IEnvironment
            {
                public Space ObservationSpace { get; } = Box.Uniform(1, -1, 1);

                public Space ActionSpace { get; } = Box.Uniform(1, -1, 1);

                public void Reset(System.Span<double> observation, long? seed = null) => observation[0] = 0;

                public StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation)
                {
                    Dyad.Environments.ActionCheck.Box("Forever", action, 1);
                    observation[0] = 0;
                    return default;
                }

                public void Serialize(Dyad.Core.StateArchive archive) { }

                public void Dispose() { }
            }

            public sealed class NoBounds : Dyad.Environments.Wrappers.EnvironmentWrapper
            {
                public NoBounds() : base(EnvironmentRegistry.Create("Pendulum-v1")) { }

                public override Space ActionSpace => new Box([double.NaN], [1]);

                public override StepResult Step(System.ReadOnlySpan<double> action, System.Span<double> observation) => Inner.Step(action, observation);
            }
            """);
        Dyad.Write("project/Tasks.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{typeof(Tabular.Mdp).Assembly.Location}" />
              </ItemGroup>
            </Project>
            """);
        (await Dyad.RunProgramAsync("dotnet", "build", "project", "-c", "Release", "-o", "bin")).Succeeded();
    }

    public ValueTask DisposeAsync()
    {
        Dyad.Dispose();
        return ValueTask.CompletedTask;
    }
}

[Trait("Category", "e2e")]
public sealed class OwnTaskTests(OwnTaskLibrary library) : IClassFixture<OwnTaskLibrary>
{
    [Fact]
    public void The_example_is_short() => Assert.InRange(library.Source.TrimEnd().Split('\n').Length, 20, 48);

    [Theory]
    [InlineData("bin/Tasks.dll:Corridor")]
    [InlineData("CartPole-v1")]
    [InlineData("FourRoom")]
    public async Task A_sound_task_is_called_sound(string task)
    {
        Outcome outcome = (await library.Dyad.RunAsync("check-env", task)).Succeeded();
        Assert.EndsWith($"{task} is sound.\n", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("WRONG", outcome.Output, StringComparison.Ordinal);

        JsonElement document = (await library.Dyad.RunAsync("check-env", task, "--json")).Json();
        Assert.True(document.GetProperty("sound").GetBoolean());
        Assert.All(document.GetProperty("findings").EnumerateArray(), finding => Assert.True(finding.GetProperty("holds").GetBoolean()));
    }

    [Fact]
    public async Task A_faulty_task_ends_with_1_and_says_what_is_wrong()
    {
        Outcome outcome = await library.Dyad.RunAsync("check-env", "bin/Tasks.dll:Endless");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("component 0 of the observation is NaN after step 1", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("is not sound.", outcome.Output, StringComparison.Ordinal);
        Assert.Equal("", outcome.Error);
    }

    [Theory]
    [InlineData("CartPole", "there is no environment 'CartPole'; did you mean CartPole-v0 or CartPole-v1?")]
    [InlineData("bin/Missing.dll:Corridor", "there is no file 'bin/Missing.dll'")]
    [InlineData("bin/Tasks.dll:Corrido", "did you mean Corridor?")]
    [InlineData("bin/Tasks.dll:", "has no task ''")]
    [InlineData("bin/Tasks.dll:NoTask", "'NoTask' of 'bin/Tasks.dll' is no task")]
    [InlineData("bin/Tasks.dll:Unfinished", "must not be abstract")]
    [InlineData("bin/Tasks.dll:NeedsArgument", "constructor without parameters")]
    [InlineData("bin/Tasks.dll:Refuses", "cannot be made: no luck today")]
    [InlineData("project/Text.dll:Corridor", "'project/Text.dll' is no .NET library")]
    public async Task What_is_no_task_gets_one_sentence(string task, string sentence)
    {
        File.WriteAllText(library.Dyad.PathOf("project", "Text.dll"), "not a library");
        Assert.Contains(sentence, (await library.Dyad.RunAsync("check-env", task)).Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_learns_a_task_of_ones_own_and_plays_it()
    {
        (await library.Dyad.RunAsync(
            "train", "ddpg", "bin/Tasks.dll:Steer", "--steps", "600", "--evaluation-episodes", "1", "--set", "hidden_width=16", "--set",
            "random_steps=200", "--set", "update_after=200", "--out", "own")).Succeeded();
        string run = Path.GetDirectoryName(Assert.Single(
            Directory.GetFiles(library.Dyad.PathOf("own"), "policy.safetensors", SearchOption.AllDirectories)))!;
        Assert.Contains("Steer: return -", (await library.Dyad.RunAsync("evaluate", run, "--trust", "bin", "--episodes", "1")).Succeeded().Output, StringComparison.Ordinal);
    }

    // Small networks, and no time lost.
    private static string[] Train(string task, string output, params string[] more) =>
    [
        "train", "ddpg", $"bin/Tasks.dll:{task}", "--steps", "600", "--evaluation-episodes", "1", "--set", "hidden_width=8", "--set",
        "random_steps=200", "--set", "update_after=500", "--out", output, .. more,
    ];

    [Fact]
    public async Task What_a_task_prints_is_not_in_the_result()
    {
        Outcome outcome = await library.Dyad.RunAsync(Train("Talks", "talks", "--json"));
        Assert.True(outcome.Json().TryGetProperty("report", out _));
        Assert.Contains("hello from the task", outcome.Error, StringComparison.Ordinal);
        Assert.True((await library.Dyad.RunAsync("check-env", "bin/Tasks.dll:Talks", "--json")).Output.StartsWith('{'));
    }

    [Theory]
    [InlineData("Breaks", "Breaks: Step failed in step 150 of an episode: IOException: the camera is gone")]
    [InlineData("NotANumber", "NotANumber: component 2 of the observation is NaN in step 50 of an episode; it must be finite in single precision")]
    public async Task A_task_that_fails_is_one_sentence_and_a_failed_run(string task, string sentence)
    {
        Outcome outcome = await library.Dyad.RunAsync(Train(task, task));
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal($"dyad: {sentence}", Assert.Single(outcome.Sentences));
        JsonElement run = Assert.Single((await library.Dyad.RunAsync("status", task, "--json")).Json().GetProperty("runs").EnumerateArray());
        Assert.Equal(("failed", sentence), (run.GetProperty("status").GetString(), run.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Bounds_that_are_none_are_refused_by_train_as_by_check_env()
    {
        const string sentence = "the action space's bounds 0 are NaN and 1";
        Assert.Contains(sentence, (await library.Dyad.RunAsync(Train("NoBounds", "bounds"))).Refused(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(library.Dyad.PathOf("bounds", "train")));
        Outcome outcome = await library.Dyad.RunAsync("check-env", "bin/Tasks.dll:NoBounds");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(sentence, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_without_an_end_takes_a_limit_and_is_stopped_without_one()
    {
        Assert.Contains("no episode ended in 2000 steps", (await library.Dyad.RunAsync("check-env", "bin/Tasks.dll:Forever")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "no episode ended", (await library.Dyad.RunAsync("check-env", "bin/Tasks.dll:Forever", "--max-episode-steps", "20")).Output, StringComparison.Ordinal);
        (await library.Dyad.RunAsync(Train("Forever", "limited", "--max-episode-steps", "20"))).Succeeded();
        string run = Path.GetDirectoryName(Assert.Single(
            Directory.GetFiles(library.Dyad.PathOf("limited"), "policy.safetensors", SearchOption.AllDirectories)))!;
        int[] lengths = Lengths(await library.Dyad.RunAsync("evaluate", run, "--trust", "bin", "--episodes", "1", "--json"));
        Assert.Equal([20], lengths);
        lengths = Lengths(await library.Dyad.RunAsync("evaluate", run, "--trust", "bin", "--episodes", "1", "--max-episode-steps", "7", "--json"));
        Assert.Equal([7], lengths);

        // The evaluation at the start would never end.
        string[] endless = Train("Forever", "endless");
        System.Diagnostics.Process process = library.Dyad.Start(endless);
        Assert.True(await Signals.SendWhenAsync(process, Signals.Interrupt, () => Directory.Exists(library.Dyad.PathOf("endless"))
            && Directory.GetFiles(library.Dyad.PathOf("endless"), "metrics.jsonl", SearchOption.AllDirectories).Length > 0));
        Assert.Equal(130, (await CommandLine.EndAsync(process, endless)).ExitCode);

        static int[] Lengths(Outcome outcome) => [.. outcome.Json().GetProperty("lengths").EnumerateArray().Select(length => length.GetInt32())];
    }

    [Fact]
    public async Task A_library_that_changed_is_noticed_when_a_run_goes_on()
    {
        (await library.Dyad.RunAsync(Train("Steer", "changing"))).Succeeded();
        string run = Path.GetDirectoryName(Assert.Single(
            Directory.GetFiles(library.Dyad.PathOf("changing"), "policy.safetensors", SearchOption.AllDirectories)))!;
        string file = library.Dyad.PathOf("bin", "Tasks.dll");
        byte[] before = File.ReadAllBytes(file);
        try
        {
            File.WriteAllBytes(file, [.. before, 0]);
            Assert.Contains("'fingerprint' is ", (await library.Dyad.RunAsync(Train("Steer", "changing", "--resume"))).Refused(), StringComparison.Ordinal);
            Assert.Contains("has changed since the run", Assert.Single((await library.Dyad.RunAsync("evaluate", run, "--trust", "bin", "--episodes", "1")).Sentences), StringComparison.Ordinal);
        }
        finally
        {
            File.WriteAllBytes(file, before);
        }
    }

    [Fact]
    public async Task A_library_that_moved_serves_by_name_and_what_differs_is_said()
    {
        (await library.Dyad.RunAsync(Train("Steer", "moved"))).Succeeded();
        string run = Path.GetDirectoryName(Assert.Single(
            Directory.GetFiles(library.Dyad.PathOf("moved"), "policy.safetensors", SearchOption.AllDirectories)))!;
        string sentence = (await library.Dyad.RunAsync("evaluate", run, "--episodes", "1")).Refused();
        Assert.Contains($"names code of its own, Steer in '{library.Dyad.PathOf("bin", "Tasks.dll")}'", sentence, StringComparison.Ordinal);
        Assert.Contains($": ./dyad evaluate {run} --episodes 1 --trust {library.Dyad.PathOf("bin")}, or", sentence, StringComparison.Ordinal);

        Directory.CreateDirectory(library.Dyad.PathOf("a new place"));
        File.Copy(library.Dyad.PathOf("bin", "Tasks.dll"), library.Dyad.PathOf("a new place", "Tasks.dll"));
        Assert.Empty((await library.Dyad.RunAsync("evaluate", run, "--episodes", "1", "--task", "a new place/Tasks.dll:Steer")).Succeeded().Sentences);
        File.AppendAllText(library.Dyad.PathOf("a new place", "Tasks.dll"), "x");
        Assert.Contains("is not what the run", Assert.Single(
            (await library.Dyad.RunAsync("evaluate", run, "--episodes", "1", "--task", "a new place/Tasks.dll:Steer")).Succeeded().Sentences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q-learning needs a finite MDP, and 'CartPole-v1' is neither", "q-learning", "CartPole-v1")]
    [InlineData("sac needs actions that are real vectors, and those of Corridor are not", "sac", "bin/Tasks.dll:Corridor")]
    public async Task A_task_that_a_method_cannot_learn_is_refused_as_that(string sentence, string method, string task) => Assert.Contains(
        sentence, (await library.Dyad.RunAsync("train", method, task)).Refused(), StringComparison.Ordinal);
}
