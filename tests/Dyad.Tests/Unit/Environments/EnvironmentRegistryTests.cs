using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.ClassicControl;
using Dyad.Environments.Wrappers;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class EnvironmentRegistryTests
{
    [Fact]
    public void Names_are_unique_and_everything_is_described()
    {
        string[] names = [.. EnvironmentRegistry.All.Select(entry => entry.Name)];
        Assert.Equal(names.Distinct(), names);
        Assert.All(EnvironmentRegistry.All, entry => Assert.NotEmpty(entry.Description));
        Assert.All(EnvironmentRegistry.All, entry => Assert.NotEmpty(entry.Source));
        Assert.All(EnvironmentRegistry.All, entry => Assert.True(entry.MaxEpisodeSteps is > 0 || entry.Name == "CliffWalking-v1"));
    }

    [Theory]
    [InlineData("CartPole-v0", 200)]
    [InlineData("CartPole-v1", 500)]
    [InlineData("Pendulum-v0", 200)]
    [InlineData("FourRoom", 300)]
    public void A_task_comes_in_its_time_limit(string name, int limit)
    {
        using IEnvironment environment = EnvironmentRegistry.Create(name);
        Assert.Equal(limit, Assert.IsType<TimeLimit>(environment).Limit);
    }

    [Theory]
    [InlineData("CartPole-v2", "did you mean CartPole-v0 or CartPole-v1?")]
    [InlineData("cartpole-v1", "did you mean CartPole-v1 or CartPole-v0?")]
    [InlineData("Pendulum", "did you mean Pendulum-v0 or Pendulum-v1?")]
    [InlineData("Fourroom", "did you mean FourRoom")]
    public void An_unknown_name_suggests_near_ones(string name, string hint)
    {
        string message = Assert.Throws<UserError>(() => EnvironmentRegistry.Create(name)).Message;
        Assert.StartsWith($"there is no environment '{name}'; ", message, StringComparison.Ordinal);
        Assert.Contains(hint, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_name_is_near_all_are_listed()
    {
        string message = Assert.Throws<UserError>(() => EnvironmentRegistry.Get("Breakout")).Message;
        Assert.All(ClassicTasks.All, entry => Assert.Contains(entry.Name, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "abc", false)]
    [InlineData("abc", "abd", true)]
    [InlineData("abc", "xyz", false)]
    [InlineData("kitten", "sitting", false)]
    [InlineData("ddgp", "ddpg", true)]
    [InlineData("ddgpa", "dpdag", false)]
    [InlineData("HalfCheeta-v4", "HalfCheetah-v4", true)]
    public void Near_is_a_third_of_the_name(string name, string candidate, bool near) =>
        Assert.Equal(near, NearNames.Of(name, [candidate]).Count == 1);
}
