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
        Assert.Contains("Steer: return -", (await library.Dyad.RunAsync("evaluate", run, "--episodes", "1")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("res-ac needs a finite MDP, and 'CartPole-v1' is neither", "res-ac", "CartPole-v1")]
    [InlineData("sac needs actions that are real vectors, and those of Corridor are not", "sac", "bin/Tasks.dll:Corridor")]
    public async Task A_task_that_a_method_cannot_learn_is_refused_as_that(string sentence, string method, string task) => Assert.Contains(
        sentence, (await library.Dyad.RunAsync("train", method, task)).Refused(), StringComparison.Ordinal);
}
