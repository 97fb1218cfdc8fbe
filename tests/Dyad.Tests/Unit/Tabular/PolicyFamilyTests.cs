using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

[Trait("Category", "unit")]
public sealed class PolicyFamilyTests
{
    private readonly RandomStream _random = new(11);

    [Fact]
    public void The_projection_is_a_member_and_no_member_is_closer()
    {
        for (int trial = 0; trial < 300; trial++)
        {
            int actions = 1 + _random.Index(6);
            double floor = _random.Uniform(0, 1.0 / actions);
            double[] target = Peaked(actions);
            double[] projected = new double[actions];
            PolicyFamily.AtLeast(floor).Project(target, projected);

            Assert.Equal(1, projected.Sum(), 1e-12);
            Assert.True(projected.Min() >= floor - 1e-15, $"{projected.Min()} is below the floor {floor}");
            double smallest = Divergence(projected, target);
            for (int rival = 0; rival < 100; rival++)
            {
                // The first half of the rivals is anywhere in the family, the second close to the projection.
                double[] free = Peaked(actions);
                double[] member = rival < 50
                    ? [.. free.Select(p => floor + ((1 - (actions * floor)) * p))]
                    : [.. free.Zip(projected, (p, q) => (0.999 * q) + (0.001 * (floor + ((1 - (actions * floor)) * p))))];
                Assert.True(Divergence(member, target) >= smallest - 1e-12, "a member is closer than the projection");
            }
        }
    }

    [Fact]
    public void A_member_is_its_own_projection()
    {
        double[] projected = new double[3];
        PolicyFamily.AtLeast(0.2).Project([0.2, 0.3, 0.5], projected);
        Near.Equal([0.2, 0.3, 0.5], projected, 1e-15);
        PolicyFamily.All.Project([0, 0.3, 0.7], projected);
        Assert.Equal([0, 0.3, 0.7], projected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(49)]
    public void The_highest_floor_leaves_the_uniform_policy_alone(int actions)
    {
        double[] projected = new double[actions];
        PolicyFamily.AtLeast(1.0 / actions * (1 - 1e-15)).Project(Peaked(actions), projected);
        Near.Equal(Enumerable.Repeat(1.0 / actions, actions).ToArray(), projected, 1e-12);
    }

    [Fact]
    public void A_target_of_one_action_keeps_the_floor_for_the_others()
    {
        double[] projected = new double[3];
        PolicyFamily.AtLeast(0.1).Project([0, 1, 0], projected);
        Near.Equal([0.1, 0.8, 0.1], projected, 1e-15);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void A_floor_that_is_no_probability_is_refused(double floor)
    {
        UserError error = Assert.Throws<UserError>(() => PolicyFamily.AtLeast(floor));
        Assert.Contains(FormattableString.Invariant($"{floor}"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_floor_above_the_uniform_probability_is_refused()
    {
        UserError error = Assert.Throws<UserError>(() => PolicyFamily.AtLeast(0.4).Project([0.2, 0.3, 0.5], new double[3]));
        Assert.Contains("3 actions a probability of at least 0.4", error.Message, StringComparison.Ordinal);
    }

    // A distribution that may be close to a corner.
    private double[] Peaked(int actions)
    {
        double[] weights = [.. Enumerable.Range(0, actions).Select(_ => Math.Exp(_random.Uniform(-8, 0)))];
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }

    private static double Divergence(double[] p, double[] target) =>
        p.Zip(target, (x, t) => x > 0 ? x * Math.Log(x / t) : 0).Sum();
}
