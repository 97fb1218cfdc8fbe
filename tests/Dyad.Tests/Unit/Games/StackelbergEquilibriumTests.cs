using Dyad.Autodiff;
using Dyad.Games;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Games;

[Trait("Category", "unit")]
public sealed class StackelbergEquilibriumTests
{
    [Theory]
    [InlineData(1, 0, 0, EquilibriumKind.DifferentialStackelberg)]
    [InlineData(1, 0.3, 0, EquilibriumKind.NotStationary)]
    [InlineData(1, 0, 0.3, EquilibriumKind.NotStationary)]
    [InlineData(-1, 0, 0, EquilibriumKind.NotMinimal)]
    [InlineData(0, 0, 0, EquilibriumKind.Degenerate)]
    public void A_quadratic_game_is_told_by_its_numbers(double curvature, double x, double y, EquilibriumKind expected)
    {
        EquilibriumReport report = At(x, y, (a, b) => 0.5 * Square(a), (a, b) => (0.5 * curvature * Square(b)) + (a * b));
        Assert.Equal(expected, report.Kind);
        Assert.Equal(curvature, report.FollowerCurvature, 1e-12);
    }

    [Theory]
    [InlineData(3, EquilibriumKind.DifferentialStackelberg)]
    [InlineData(1, EquilibriumKind.NotMinimal)]
    public void The_leaders_condition_is_on_its_total_second_derivative(double gain, EquilibriumKind expected)
    {
        // y*(x) = x, so f1 = gain y^2 / 2 - x^2 becomes (gain - 2) x^2 / 2: its own second derivative is negative.
        EquilibriumReport report = At(
            0, 0, (a, b) => (0.5 * gain * Square(b)) - Square(a), (a, b) => 0.5 * Square(b - a));
        Assert.Equal(expected, report.Kind);
        Assert.Equal(gain - 2, report.LeaderCurvature, 1e-6);
    }

    // The motivating example of Zheng et al. 2021: at the origin the follower's second derivative 2 theta^2 is zero.
    [Fact]
    public void The_motivating_example_is_degenerate_at_the_origin()
    {
        EquilibriumReport report = At(0, 0, (theta, w) => -(theta * w), (theta, w) => Square((theta * w) + (0.2 * Square(theta))));
        Assert.Equal(EquilibriumKind.Degenerate, report.Kind);
        Assert.True(double.IsNaN(report.TotalDerivative));
    }

    [Fact]
    public void The_point_is_left_where_it_was()
    {
        Parameters<double> x = new("x"), y = new("y");
        Expression<double> a = x.Add("x", 1, 1), b = y.Add("y", 1, 1);
        (x.Values[0], y.Values[0]) = (0.3, -0.7);
        new StackelbergEquilibrium(new Game<double>(x, y, Square(a), Square(a - b))).Check();
        Assert.Equal((0.3, -0.7), (x.Values[0], y.Values[0]));
    }

    private static EquilibriumReport At(
        double x, double y, Func<Expression<double>, Expression<double>, Expression<double>> leader,
        Func<Expression<double>, Expression<double>, Expression<double>> follower)
    {
        Parameters<double> first = new("x"), second = new("y");
        Expression<double> a = first.Add("x", 1, 1), b = second.Add("y", 1, 1);
        (first.Values[0], second.Values[0]) = (x, y);
        return new StackelbergEquilibrium(new Game<double>(first, second, leader(a, b), follower(a, b))).Check();
    }
}
