using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Autodiff;

[Trait("Category", "unit")]
public sealed class AllocationTests
{
    [Fact]
    public void Updates_and_second_order_products_allocate_nothing()
    {
        const int States = 3, Actions = 2;
        var random = new RandomStream(1);
        var batch = new Extent("batch", 20);
        Parameters<float> actor = new("actor"), critic = new("critic");
        var network = new Mlp<float>(actor, "policy", [States, 16, 16, 2 * Actions]);
        var policy = new SquashedGaussianPolicy<float>(network);
        var twins = new TwinActionValue<float>(critic, [States + Actions, 16, 16, 1]);
        network.Initialize(random);
        random.Normal(critic.Values);
        Parameters<float> target = critic.Like("target"), direction = critic.Like("direction");
        var data = new TransitionInputs<float>(batch, States, Actions);
        Input<float> noise = new("noise", batch, Actions);
        Expression<float> alpha = Operations.Number<float>(0.2);
        var game = new SacGame<float>(
            data, twins, twins, policy.Sample(data.Observation, noise), policy.Sample(data.NextObservation, noise), alpha, new SacOptions());
        Expression<float> criticCost = game.CriticCost, actorCost = game.ActorCost;
        var builder = new ProgramBuilder<float>();
        Output<float> criticGradient = builder.Output(Derivatives.Gradient(criticCost, critic));
        Output<float> actorGradient = builder.Output(Derivatives.Gradient(actorCost, actor));
        builder.Output(Derivatives.HessianVectorProduct(criticCost, critic, direction.Leaves));
        builder.Output(Derivatives.MixedProduct(criticCost, actor, critic, direction.Leaves));
        CompiledProgram again = builder.After(direction.Leaves), all = builder.Build();
        var adam = new Adam<float>(critic.Count, 1e-3);
        var actorAdam = new Adam<float>(actor.Count, 1e-3);

        void Update(int rows)
        {
            batch.Count = rows;
            random.Normal(noise.Values);
            all.Run();
            random.Normal(direction.Values);
            again.Run();
            adam.Descend(critic.Values, criticGradient.Values);
            actorAdam.Descend(actor.Values, actorGradient.Values);
            OptimizerLoops.Average<float>(target.Values, critic.Values, 0.005);
        }

        for (int i = 0; i < 50; i++)
        {
            Update(1 + (i % 20));
        }

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                Update(1 + (i % 20));
            }
        }));
    }
}
