using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class GuardedTaskTests
{
    public static TheoryData<string, string> Members => new()
    {
        { "constructor", "the constructor failed" },
        { "ObservationSpace", "ObservationSpace failed" },
        { "ActionSpace", "ActionSpace failed" },
        { "Reset", "Reset failed" },
        { "Step", "Step failed in step 3 of an episode" },
        { "Serialize", "Serialize failed in step 3 of an episode" },
        { "Dispose", "Dispose failed" },
    };

    public static Exception[] Thrown =>
    [
        new InvalidOperationException("gone\r\naway"), new IOException("gone away"), new TaskCanceledException("gone away"),
        new OperationCanceledException("gone away"), new UnauthorizedAccessException("gone away"), new InvalidDataException("gone away"),
    ];

    [Theory]
    [MemberData(nameof(Members))]
    public void What_a_member_throws_is_one_sentence_of_the_task(string member, string sentence)
    {
        foreach (Exception thrown in Thrown)
        {
            UserError error = Assert.Throws<UserError>(() => Play(() => new Throwing(member, thrown)));
            Assert.Equal($"Own: {sentence}: {thrown.GetType().Name}: gone away", error.Message.Replace("gone  away", "gone away", StringComparison.Ordinal));
            Assert.Same(thrown, error.InnerException);
        }
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void What_a_task_says_as_one_sentence_stays_it(string member, string sentence)
    {
        _ = sentence;
        Assert.Equal("mend me", Assert.Throws<UserError>(() => Play(() => new Throwing(member, new UserError("mend me")))).Message);
    }

    [Fact]
    public void A_message_of_any_length_is_kept_short() => Assert.InRange(
        Assert.Throws<UserError>(() => Play(() => new Throwing("Step", new FormatException(new string('x', 1_000_000))))).Message.Length, 300, 400);

    [Fact]
    public void A_state_of_another_version_is_not_the_tasks_mistake()
    {
        using var task = GuardedTask.Create("Line", () => new LineEnvironment());
        using var other = GuardedTask.Create("Other", () => new Scripted());
        Assert.Throws<InvalidDataException>(() => StateArchive.Load(StateArchive.Save(other.Serialize), task.Serialize));
    }

    [Theory]
    [InlineData(Fault.LeaksNaN, "Line: component 1 of the observation is NaN in step 3 of an episode; it must be finite in single precision")]
    [InlineData(Fault.RewardsInfinity, "Line: the reward is Infinity in step 3 of an episode; it must be finite in single precision")]
    public void A_number_that_is_none_is_found_in_its_step(Fault fault, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<UserError>(() => Play(() => new LineEnvironment(fault), "Line")).Message);

    [Theory]
    [InlineData(1e39, "component 0 of the observation is 1E+39 after a reset")]
    [InlineData(double.NegativeInfinity, "component 0 of the observation is -Infinity after a reset")]
    public void A_number_beyond_single_precision_is_found_after_a_reset(double value, string sentence) => Assert.Equal(
        $"Own: {sentence}; it must be finite in single precision",
        Assert.Throws<UserError>(() => Play(() => new Throwing("", new NotSupportedException()) { First = value })).Message);

    [Fact]
    public void The_step_is_that_of_the_episode_also_after_a_snapshot()
    {
        using var task = GuardedTask.Create("Line", () => new LineEnvironment(Fault.LeaksNaN));
        double[] observation = new double[2];
        task.Reset(observation, 1);
        task.Step([0], observation);
        task.Step([0], observation);
        byte[] state = StateArchive.Save(task.Serialize);
        using var other = GuardedTask.Create("Line", () => new LineEnvironment(Fault.LeaksNaN));
        other.Reset(observation, 2);
        StateArchive.Load(state, other.Serialize);
        Assert.Contains("in step 3 of an episode", Assert.Throws<UserError>(() => other.Step([0], observation)).Message, StringComparison.Ordinal);
        other.Reset(observation);
        other.Step([0], observation);
    }

    public static TheoryData<string, string> Spaces => new()
    {
        { "null", "the observation space is null" },
        { "empty", "the observation space has 0 lower and 0 upper bounds" },
        { "lengths", "the observation space has 2 lower and 1 upper bounds" },
        { "none", "the observation space has 0 lower and 2 upper bounds" },
        { "swapped", "the observation space's bounds 1 are 2 and -2" },
        { "NaN", "the observation space's bounds 0 are NaN and 1" },
        { "no values", "the observation space has 0 values" },
    };

    [Theory]
    [MemberData(nameof(Spaces))]
    public void A_space_that_is_none_is_refused_as_the_checker_refuses_it(string kind, string sentence)
    {
        Space? space = kind switch
        {
            "empty" => new Box([], []),
            "lengths" => new Box([0, 0], [1]),
            "none" => new Box(null!, [1, 1]),
            "swapped" => new Box([0, 2], [1, -2]),
            "NaN" => new Box([double.NaN], [1]),
            "no values" => new Discrete(0),
            _ => null,
        };
        Throwing? made = null;
        Throwing Create(string member) => made = new(member, new NotSupportedException()) { Seen = () => space! };
        Assert.StartsWith($"Own: {sentence}", Assert.Throws<UserError>(() => GuardedTask.Create("Own", () => Create("Dispose"))).Message, StringComparison.Ordinal);
        Assert.True(made!.IsDisposed);
        Assert.StartsWith(sentence, Assert.Single(EnvironmentChecker.Check(() => Create(""))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guarded_step_allocates_nothing()
    {
        using var task = GuardedTask.Create("Line", () => new LineEnvironment());
        double[] observation = new double[2], action = new double[1];
        task.Reset(observation, 1);
        void Advance() => task.Step(action, observation);
        Advance();
        Assert.Equal(0, Allocations.Of(Advance));
    }

    // All members in turn, three steps.
    private static void Play(Func<IEnvironment> create, string name = "Own")
    {
        var task = GuardedTask.Create(name, create);
        double[] observation = new double[task.ObservationSpace.Size], action = new double[task.ActionSpace.Size];
        task.Reset(observation, 1);
        for (int step = 0; step < 3; step++)
        {
            task.Step(action, observation);
        }

        StateArchive.Save(task.Serialize);
        task.Dispose();
    }

    private sealed class Throwing : IEnvironment
    {
        private readonly string _member;
        private readonly Exception _thrown;
        private int _steps;

        public Throwing(string member, Exception thrown)
        {
            (_member, _thrown) = (member, thrown);
            Throw("constructor");
        }

        public Func<Space> Seen { get; init; } = () => Box.Uniform(1, -1, 1);

        public double First { get; init; }

        public bool IsDisposed { get; private set; }

        public Space ObservationSpace => Throw("ObservationSpace", Seen);

        public Space ActionSpace => Throw("ActionSpace", () => Box.Uniform(1, -1, 1));

        public void Reset(Span<double> observation, long? seed = null)
        {
            Throw("Reset");
            observation[0] = First;
        }

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            if (++_steps == 3)
            {
                Throw("Step");
            }

            return default;
        }

        public void Serialize(StateArchive archive) => Throw("Serialize");

        public void Dispose()
        {
            IsDisposed = true;
            Throw("Dispose");
        }

        private void Throw(string member) => Throw(member, () => 0);

        private T Throw<T>(string member, Func<T> otherwise) => member == _member ? throw _thrown : otherwise();
    }
}
