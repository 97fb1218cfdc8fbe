// A policy behind HTTP: one instance for all requests, no agent and no lock. Run it with:
//   dotnet run -c Release -- ../thermostat/runs/house/policy-best.safetensors --urls http://localhost:5080
//   curl -X POST http://localhost:5080/act -H 'Content-Type: application/json' -d '[-0.3, -2.6, 1, 0]'
using Dyad.Algorithms;
using Dyad.Core;

if (args.Length == 0 || args[0].StartsWith('-'))
{
    Console.Error.WriteLine("serving: the first argument is the policy's file");
    return 2;
}

var builder = WebApplication.CreateBuilder(args[1..]);
Policy policy;
try
{
    policy = Policy.Load(args[0]);
}
catch (UserError e)
{
    Console.Error.WriteLine($"serving: {e.Message}");
    return 2;
}

builder.Services.AddSingleton(policy);
WebApplication app = builder.Build();

app.MapGet("/", (Policy policy) => new
{
    policy.Description.Method,
    policy.Description.Task,
    policy.Description.Steps,
    Observations = policy.Task.ObservationSize,
    Actions = policy.Task.ActionSize,
});

app.MapPost("/act", (double[] observation, Policy policy) =>
{
    double[] action = new double[policy.Task.ActionSize];
    try
    {
        policy.Act(observation, action);
        return Results.Ok(action);
    }
    catch (UserError e)
    {
        return Results.BadRequest(new { error = e.Message });
    }
});

app.Run();
return 0;
