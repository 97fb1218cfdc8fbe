using System.Reflection;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Numerics;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>A run that begins with another's networks.</summary>
[Trait("Category", "unit")]
public sealed class StartingNetworksTests : IDisposable
{
    private static readonly (string, string)[] Small =
        [("hidden_width", "8"), ("random_steps", "20"), ("update_after", "20"), ("batch_size", "16")];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sac", "Pendulum-v1")]
    [InlineData("sac-v", "Pendulum-v1")]
    [InlineData("td3", "Pendulum-v1")]
    [InlineData("res-ddpg", "Pendulum-v1")]
    [InlineData("dqn", "CartPole-v1")]
    [InlineData("stac", "CartPole-v1")]
    [InlineData("res-ac", "CartPole-v1")]
    [InlineData("res-ppo", "CartPole-v1")]
    [InlineData("reinforce", "CartPole-v1")]
    [InlineData("one-step-ac", "CartPole-v1")]
    public void All_networks_of_a_method_are_taken_over(string method, string environment)
    {
        var run = StoredRun.Open(Train("origin", method, environment, OptionsOf(method)));
        var start = StartingNetworks.Of(run, _ => { });
        using IEnvironment task = run.Task.CreateForAgents();
        IAgent agent = run.CreateAgent(task);
        using AgentTraining trained = run.TryRestore(_ => { })!;
        Assert.NotEqual(Values(trained.Agent), Values(agent));
        Assert.Empty(start.CopyTo(agent));
        Assert.Equal(Values(trained.Agent), Values(agent));

        // Whatever parameters there are in the agent, it names.
        Assert.Equal(Reachable(agent).Select(parameters => parameters.Name).Order(), agent.Networks.Select(network => network.Parameters.Name).Order());

        // Nobody else's: one network less, and it is another start.
        Assert.Equal(agent.Networks.Count, agent.Networks.Select(network => network.Name).Distinct().Count());
        Assert.NotEqual(start.Origin.Networks, StartingNetworks.Of(run, _ => { }, agent.Networks[^1].Name).Origin.Networks);
    }

    [Fact]
    public void A_run_that_begins_with_networks_is_another_run_and_says_whose_they_are()
    {
        string origin = Train("runs", "sac", "Pendulum-v1", Small);
        var start = StartingNetworks.Of(StoredRun.Open(origin), _ => { });
        string run = Train("runs", "sac", "Pendulum-v1", Small, start);
        Assert.NotEqual(origin, run);
        Assert.Contains($"from={start.Origin.Networks[..8]}", run, StringComparison.Ordinal);
        Assert.Equal(Returns(origin)[^1], Returns(run)[0]);

        RunConfig first = new RunDirectory(origin).ReadConfig()!, second = new RunDirectory(run).ReadConfig()!;
        Assert.Equal(start.Origin, second.Training.From);
        Assert.Equal(RunIdentity.Of(first), second.Training.From!.Run);
        Assert.Equal(200, second.Training.From.Step);
        Assert.NotEqual(RunIdentity.Of(first), RunIdentity.Of(second));
        Assert.Contains("'from' is", first.Difference(second), StringComparison.Ordinal);
        Assert.DoesNotContain("from", File.ReadAllText(Path.Combine(origin, "config.json")), StringComparison.Ordinal);
        Assert.Equal(origin, (string?)new RunDirectory(run).ReadStatus()!["from"]);

        // Of lines that differ in nothing else, each has its own.
        UserError mixed = Assert.Throws<UserError>(() => StoredComparison.Of([origin, run], "method", "eval/return", "", _ => { }));
        Assert.Contains("would mix runs that differ in from", mixed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sac", "Pendulum-v1")]
    [InlineData("stac", "CartPole-v1")]
    public void Networks_come_with_the_statistics_that_they_saw_by(string method, string environment)
    {
        (string, string)[] normalized = [.. OptionsOf(method), ("normalize_observations", "true")];
        string origin = Train("origin", method, environment, normalized);
        var start = StartingNetworks.Of(StoredRun.Open(origin), _ => { });
        string run = Train("on", method, environment, normalized, start);
        Assert.Equal(Returns(origin)[^1], Returns(run)[0]);

        // And only with them.
        string plain = Train("plain", method, environment, OptionsOf(method));
        Assert.Contains("its networks see observations normalised", Assert.Throws<UserError>(() => Train("a", method, environment, OptionsOf(method), start)).Message, StringComparison.Ordinal);
        Assert.Contains("its networks see observations as they are", Assert.Throws<UserError>(() => Train("b", method, environment, normalized, StartingNetworks.Of(StoredRun.Open(plain), _ => { }))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sac", "Pendulum-v1")]
    [InlineData("stac", "CartPole-v1")]
    public void Networks_come_with_the_unit_of_their_rewards(string method, string environment)
    {
        (string, string)[] normalized = [.. OptionsOf(method), ("normalize_rewards", "true")];
        string origin = Train("origin", method, environment, normalized);
        var start = StartingNetworks.Of(StoredRun.Open(origin), _ => { });
        using IEnvironment task = StoredRun.Open(origin).Task.CreateForAgents();
        IAgent agent = StoredRun.Open(origin).CreateAgent(task);
        Assert.Equal(0, agent.Rewards!.Count);
        start.CopyTo(agent);
        Assert.True(agent.Rewards.Count > 100 && agent.Rewards.Deviation != 1);

        // And only with them.
        string plain = Train("plain", method, environment, OptionsOf(method));
        Assert.Contains("set normalize_rewards=true", Assert.Throws<UserError>(() => Train("a", method, environment, OptionsOf(method), start)).Message, StringComparison.Ordinal);
        Assert.Contains("leave normalize_rewards=true out", Assert.Throws<UserError>(() => Train("b", method, environment, normalized, StartingNetworks.Of(StoredRun.Open(plain), _ => { }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_run_lacks_is_drawn_and_a_target_begins_as_what_it_follows()
    {
        var run = StoredRun.Open(Train("origin", "td3", "Pendulum-v1", Small));
        var start = StartingNetworks.Of(run, _ => { }, "target_critic");
        using IEnvironment task = run.Task.CreateForAgents();
        IAgent agent = run.CreateAgent(task);
        Assert.Empty(start.CopyTo(agent));
        AgentNetwork target = agent.Networks.Single(network => network.Name == "target_critic");
        Assert.Equal(target.Source!.Values.ToArray(), target.Parameters.Values.ToArray());

        IAgent corrected = MethodCatalog.Agent("res-td3").With(Small).Create(AgentTask.Of(task), new RandomStream(0));
        Assert.Equal(["residual"], start.CopyTo(corrected));
    }

    [Fact]
    public void Networks_that_do_not_fit_or_are_not_there_get_one_sentence()
    {
        string origin = Train("origin", "sac", "Pendulum-v1", Small);
        var start = StartingNetworks.Of(StoredRun.Open(origin), _ => { });
        UserError wide = Assert.Throws<UserError>(() => Train("wide", "sac", "Pendulum-v1", [.. Small[1..], ("hidden_width", "9")], start));
        Assert.Contains("the network 'actor' of ", wide.Message, StringComparison.Ordinal);
        Assert.Contains("3 x 8, 1 x 8, 8 x 8, 1 x 8, 8 x 2, 1 x 2, and here they are 3 x 9", wide.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("wide")));
        Assert.Contains("has no network of the policy to begin with, but actor, critic", Assert.Throws<UserError>(() => Train("other", "dqn", "CartPole-v1", OptionsOf("dqn"), start)).Message, StringComparison.Ordinal);

        RunPruning.Prune(new RunDirectory(origin), ProcessIdentity.Current, TimeProvider.System);
        Assert.Contains("taken away by 'prune'", Assert.Throws<UserError>(() => StartingNetworks.Of(StoredRun.Open(origin), _ => { })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stsac-al", "correct", "damping=3")]
    [InlineData("ddpg", "as-published", "discount=0.9")]
    [InlineData("sac", "wen2021", "")]
    [InlineData("ac", "correct", "gae_lambda=0.9")]
    public void A_recipe_is_what_was_asked_for(string method, string preset, string change)
    {
        string environment = method == "ac" ? "CartPole-v1" : "Pendulum-v1";
        (string, string)[] changes = change.Length == 0 ? [] : [(change.Split('=')[0], change.Split('=')[1])];
        Variant variant = TrainingStudy.Agent(
            MethodCatalog.Agent(method), TaskLocator.Find(environment), new TrainingRequest(changes, 100, 10, 0, 1, preset)).Variants(StudyScale.Quick)[0];
        var recipe = RunRecipe.Of(variant.Config(0), "run");
        Assert.Equal((method, preset), (recipe.Method.Name, recipe.Preset));
        Assert.Equal(changes, recipe.Changes);

        // On another task, whose preset has wider networks, they are as wide as they were.
        IReadOnlyList<(string Name, string Value)> moved = recipe.On(environment, "HalfCheetah-v4").Changes;
        Assert.Equal(method != "ac" && preset == "correct", moved.Contains(("hidden_width", "64")));
        Assert.Equal(recipe, recipe.On(environment, environment));
    }

    private static (string, string)[] OptionsOf(string method) => method switch
    {
        "ac" or "stac" or "res-ac" or "res-ppo" => [("hidden_width", "8"), ("steps_per_epoch", "64")],
        "reinforce" or "one-step-ac" => [("hidden_width", "8")],
        "dqn" => [("hidden_width", "8"), ("update_after", "20"), ("batch_size", "16"), ("target_period", "50")],
        _ => Small,
    };

    private static float[] Values(IAgent agent) => [.. agent.Networks.SelectMany(network => network.Parameters.Values.ToArray())];

    // All parameters that fields lead to.
    private static HashSet<Parameters<float>> Reachable(object agent)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<object>([agent]);
        while (waiting.TryPop(out object? next))
        {
            if (!seen.Add(next) || next is string || next.GetType().IsPrimitive || next.GetType().Namespace?.StartsWith("System.Reflection", StringComparison.Ordinal) == true)
            {
                continue;
            }

            IEnumerable<object?> parts = next is Array array
                ? array.GetType().GetElementType()!.IsPrimitive ? [] : array.Cast<object?>()
                : Types(next.GetType()).SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                    .Where(field => !field.FieldType.IsPointer && !field.FieldType.IsPrimitive && !field.FieldType.IsByRefLike).Select(field => field.GetValue(next));
            foreach (object? part in parts.Where(part => part is not null and not Type and not Pointer))
            {
                waiting.Push(part!);
            }
        }

        return [.. seen.OfType<Parameters<float>>()];

        static IEnumerable<Type> Types(Type? type)
        {
            for (; type is not null && type != typeof(object); type = type.BaseType)
            {
                yield return type;
            }
        }
    }

    private static double[] Returns(string run) => MetricsLog.Read(Path.Combine(run, "metrics.jsonl"))["eval/return"];

    private string Train(string output, string method, string environment, IReadOnlyList<(string, string)> changes, StartingNetworks? from = null)
    {
        var study = TrainingStudy.Agent(
            MethodCatalog.Agent(method), TaskLocator.Find(environment).WithLimit(50), new TrainingRequest(changes, 200, 100, 0, 1) { From = from });
        StudyOutcome outcome = StudyRunner.Execute(
            study, new StudyRequest(StudyScale.Quick, 1, 1, _folder.PathOf(output), ""), _ => { }, _ => { }, CancellationToken.None);
        return Path.Combine(outcome.Folder, "seed-0");
    }
}
