using Dyad.Core;
using Dyad.Games;

namespace Dyad.Tests.Unit.Games;

[Trait("Category", "unit")]
public sealed class DampingTests
{
    private static readonly SolveReport Good = new(10, 1e-3, 0.1), Bad = new(10, 0.9, 0.1), Negative = new(3, 0.9, -40, NegativeCurvature: true);

    [Fact]
    public void An_exponential_one_falls_to_one_over_e_in_its_decay_steps()
    {
        var damping = new Damping(500, DampingSchedule.Exponential, 1000);
        Assert.Equal(500, damping.Value);
        for (int i = 0; i < 1000; i++)
        {
            damping.Advance(Good);
        }

        Assert.Equal(500 / Math.E, damping.Value, 1e-9);
    }

    [Fact]
    public void An_adaptive_one_rises_beyond_negative_curvature_and_with_bad_residuals_and_falls_otherwise()
    {
        var damping = new Damping(1, DampingSchedule.Adaptive);
        damping.Advance(Negative);
        Assert.Equal(80, damping.Value);
        damping.Advance(Bad);
        Assert.Equal(160, damping.Value);
        for (int i = 0; i < 100; i++)
        {
            damping.Advance(Good);
        }

        Assert.InRange(damping.Value, 0.1, 2);
    }

    [Fact]
    public void Its_state_is_saved()
    {
        foreach (DampingSchedule schedule in Enum.GetValues<DampingSchedule>())
        {
            Damping a = new(1, schedule, 10), b = new(1, schedule, 10);
            a.Advance(Negative);
            a.Advance(Good);
            StateArchive.Load(StateArchive.Save(a.Serialize), b.Serialize);
            Assert.Equal(a.Value, b.Value);
            a.Advance(Bad);
            b.Advance(Bad);
            Assert.Equal(a.Value, b.Value);
        }
    }
}
