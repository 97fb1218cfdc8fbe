using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tabular;
using Dyad.Tests.Unit.Training;
using Dyad.Training;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Algorithms.Catalog;

/// <summary>Options are checked in one place, which every way in passes.</summary>
[Trait("Category", "unit")]
public sealed class OptionCheckTests
{
    public static TheoryData<string> Learners => [.. Learner.All.Select(learner => learner.Name)];

    public static TheoryData<string> Records => [.. Learner.All.Select(learner => learner.Options.FullName!).Distinct()];

    [Fact]
    public void Every_method_is_made_by_one_of_the_learners()
    {
        Assert.True(Learner.All.Count >= 16);
        Assert.All(
            MethodCatalog.All.Where(method => method.Accepted.Count > 0),
            method => Assert.Single(Learner.All, learner => learner.Makes(method)));
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_program_gets_the_sentence_of_the_command_line(string name)
    {
        Learner learner = Learner.All.Single(x => x.Name == name);
        Method[] methods = [.. MethodCatalog.All.Concat(AgentMethods.Combinations).Where(learner.Makes)];
        Assert.NotEmpty(methods);
        foreach ((PropertyInfo option, Func<object, object> owner) in Learner.OptionsOf(learner.Options))
        {
            foreach (object wrong in Learner.Wrong(option))
            {
                object options = Activator.CreateInstance(learner.Options)!;
                option.SetValue(owner(options), wrong);
                string told = Assert.Throws<UserError>(() => learner.Create(options)).Message;
                Assert.Contains($"'{Learner.NameOf(option)}'", told, StringComparison.Ordinal);
                foreach (Method method in methods)
                {
                    string text = string.Create(CultureInfo.InvariantCulture, $"{wrong}");
                    Assert.Equal(told, Assert.Throws<UserError>(() => With(method, (Learner.NameOf(option), text))).Message);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_number_has_a_range(string record) => Assert.All(
        Learner.OptionsOf(typeof(IAgent).Assembly.GetType(record)!).Where(option => option.Property.PropertyType == typeof(double) || option.Property.PropertyType == typeof(int)),
        option => Assert.NotNull(option.Property.GetCustomAttribute<RangeAttribute>()));

    [Theory]
    [MemberData(nameof(Records))]
    public void Accepted_options_survive_text_and_json(string record)
    {
        MethodInfo check = typeof(OptionCheckTests).GetMethod(nameof(Survives), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(typeof(IAgent).Assembly.GetType(record)!);
        int accepted = 0;
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => accepted += (int)check.Invoke(null, [seed])!)
            .Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(200).WithReplay(20210613, 7));
        Assert.True(accepted > 10, $"{accepted} accepted");
    }

    [Fact]
    public void Options_that_do_not_go_together_are_told_by_a_constructor_too()
    {
        var task = AgentTask.RealActions(3, 1);
        string sentence = Assert.Throws<UserError>(() => MethodCatalog.Agent("ac").With([("steps_per_epoch", "10"), ("environments", "3")])).Message;
        Assert.Equal(sentence, Assert.Throws<UserError>(() => ActorCritic.Agent(task, new() { StepsPerEpoch = 10, Environments = 3 }, new(0))).Message);
        sentence = Assert.Throws<UserError>(() => MethodCatalog.Agent("sac").With([("rule", "stackelberg"), ("solver", "nystrom"), ("damping", "0")])).Message;
        Assert.Equal(sentence, Assert.Throws<UserError>(() => Sac.Agent(3, 1, new()
        {
            Gradient = new() { Rule = Dyad.Algorithms.Rules.Rule.Stackelberg, Solver = Dyad.Algorithms.Rules.Solver.Nystrom, Damping = 0 },
        }, new(0))).Message);
    }

    [Fact]
    public void An_agent_is_held_against_the_task_that_it_is_to_learn()
    {
        Assert.Contains("finitely many", Assert.Throws<UserError>(() => new Dqn(3, 0, new(), new(0))).Message, StringComparison.Ordinal);
        Assert.Contains("real vectors", Assert.Throws<UserError>(() => new SacV(3, 0, new(), new(0))).Message, StringComparison.Ordinal);
        Assert.Contains("observations of 0 numbers", Assert.Throws<UserError>(() => new Reinforce(AgentTask.Of(SmallTasks.CartPole()) with { ObservationSize = 0 }, new(), new(0))).Message, StringComparison.Ordinal);

        Assert.Contains("real vectors", Assert.Throws<UserError>(() => new Sac(3, 0, new(), new(0))).Message, StringComparison.Ordinal);
        Assert.Contains("observations of 0 numbers", Assert.Throws<UserError>(() => new Ddpg(0, 1, new(), new(0))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "observations of 17 numbers and actions of 6 numbers, and the task has observations of 3 numbers and actions of 1 number",
            Assert.Throws<UserError>(() => new AgentTraining(
                Td3.Agent(17, 6, new() { HiddenWidth = 4 }, new(0)), SmallTasks.Pendulum, SmallTasks.Pendulum(), 1, 0)).Message,
            StringComparison.Ordinal);

        // A DQN of three actions where there are two, and where actions are real.
        var agent = new Dqn(3, 3, new() { HiddenWidth = 4 }, new(0));
        Assert.Equal(
            "the agent is made for observations of 3 numbers and 3 actions to choose from, and the task has observations of 3 numbers and actions of 1 number",
            Assert.Throws<UserError>(() => new AgentTraining(agent, SmallTasks.Pendulum, SmallTasks.Pendulum(), 1, 0)).Message);
        using IEnvironment cartPole = SmallTasks.CartPole();
        Assert.Equal(
            "the agent is made for observations of 3 numbers and 3 actions to choose from, and the task has observations of 4 numbers and 2 actions to choose from",
            Assert.Throws<UserError>(() => Evaluation.Play(cartPole, agent, 1, 0)).Message);
    }

    private static int Survives<T>(int seed)
        where T : class, new()
    {
        var random = new RandomStream(seed);
        var options = new T();
        foreach ((PropertyInfo option, Func<object, object> owner) in Learner.OptionsOf(typeof(T)))
        {
            if (random.Index(3) == 0)
            {
                option.SetValue(owner(options), Drawn(option, random));
            }
        }

        try
        {
            OptionBinder.Checked(options);
        }
        catch (UserError)
        {
            return 0;
        }

        IReadOnlyList<(string Name, object Value)> values = OptionBinder.Values(options);
        Assert.Equal(options, OptionBinder.With<T>(values.Select(value => (value.Name, OptionBinder.Text(value.Value)))));
        JsonObject json = new(values.Select(value => KeyValuePair.Create(value.Name, JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(value.Value)))));
        Assert.Equal(options, OptionBinder.With<T>(JsonNode.Parse(json.ToJsonString())!.AsObject().Select(entry => (entry.Key, entry.Value!.ToString()))));
        return 1;
    }

    // Bounds, and values of every size between them.
    private static object Drawn(PropertyInfo option, RandomStream random)
    {
        if (option.PropertyType == typeof(bool))
        {
            return random.Index(2) == 0;
        }

        if (option.PropertyType.IsEnum)
        {
            Array members = Enum.GetValues(option.PropertyType);
            return members.GetValue(random.Index(members.Length))!;
        }

        RangeAttribute range = option.GetCustomAttribute<RangeAttribute>()!;
        (double low, double high) = (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));
        double value = random.Index(4) switch { 0 => low, 1 => high, 2 => random.Uniform(low, high), _ => low + ((high - low) * Math.Pow(10, random.Uniform(-9, 0))) };
        return option.PropertyType == typeof(int) ? (object)(int)Math.Floor(value) : value;
    }

    private static void With(Method method, (string, string) change)
    {
        if (method is Method<AgentTask, IAgent> agent)
        {
            agent.With([change]);
        }
        else
        {
            ((Method<Mdp, IIterative>)method).With([change]);
        }
    }
}
